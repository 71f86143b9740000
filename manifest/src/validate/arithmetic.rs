//! Sums and counts. Declared numbers may be anything, so every sum is checked.

use super::{CARGO, Rules};
use crate::consignment::{Cargo, Consignment, CustomsRegime, GoodsItem};
use crate::finding::{About, FindingCode};
use crate::findings::Spot;
use crate::quantity::Mass;

impl Rules<'_> {
    pub(super) fn arithmetic(&mut self, cargo: &Cargo) {
        let at = CARGO;
        // A consignment without a mass of its own weighs what its items weigh, as far as they say.
        let masses = cargo.consignments.iter().flat_map(|consignment| {
            let own = consignment.gross_mass;
            let items = consignment.goods_items.iter().filter(move |_| own.is_none());
            std::iter::once(own).chain(items.map(|item| item.gross_mass.or(item.net_mass)))
        });
        self.header_mass(cargo.total_gross_mass, masses, at.field("total_gross_mass_mg"));
        let counts = cargo.consignments.iter().map(packages_of);
        self.package_count(cargo.total_package_count, counts, at.field("total_package_count"));
        if let Some(declared) = cargo.declared_consignment_count {
            self.listed(declared, cargo.consignments.len(), at.field("declared_consignment_count"));
        }
        let is_empty = cargo.customs_regime == Some(CustomsRegime::Empty);
        if cargo.consignments.is_empty() && !is_empty {
            // Nothing to judge: without this the roll-up over no consignments would be green.
            let finding = self.blocking(FindingCode::RequiredFieldMissing, at.field("consignments"));
            finding.parameter("field", "consignments").push();
        }
        if is_empty && !cargo.consignments.is_empty() {
            let finding = self.warn(FindingCode::RegimeDisagrees, at.field("customs_regime"));
            finding.original(CustomsRegime::Empty.as_str()).push();
        }
        let runs_through = runs_through(cargo);
        for (i, consignment) in cargo.consignments.iter().enumerate() {
            self.consignment_arithmetic(
                consignment,
                i,
                runs_through,
                at.item("consignments", i).about(About::Consignment(i)),
            );
        }
    }

    /// `runs_through`: the items are numbered through the whole manifest.
    fn consignment_arithmetic(
        &mut self,
        consignment: &Consignment,
        place: usize,
        runs_through: bool,
        at: Spot<'_>,
    ) {
        if consignment.goods_items.is_empty() {
            let finding = self.blocking(FindingCode::RequiredFieldMissing, at.field("goods_items"));
            finding.parameter("field", "goods_items").push();
        }
        let gross_at = at.field("gross_mass_mg");
        if consignment.gross_mass.is_some_and(|mass| mass.mg() == 0) {
            self.warn(FindingCode::NumberImplausible, gross_at).original("0").push();
        }
        let masses = consignment.goods_items.iter().map(|item| item.gross_mass.or(item.net_mass));
        self.header_mass(consignment.gross_mass, masses, gross_at);

        let mut every_item_counted = true;
        let packages = consignment.goods_items.iter().flat_map(|item| {
            // Items packed together share a package: one of them has it, the others say nothing or 0.
            every_item_counted &= !item.packages.is_empty();
            item.packages.iter().map(|packages| packages.package_count.filter(|count| *count > 0))
        });
        let counts: Vec<_> = packages.collect();
        if every_item_counted {
            self.package_count(consignment.package_count, counts.into_iter(), at.field("package_count"));
        }
        let numbers = consignment.goods_items.iter().map(|item| item.item_number);
        let gap = (1_u32..).zip(numbers).position(|(due, number)| number != Some(due));
        if let Some(place) = gap.filter(|_| !runs_through) {
            let item = at.item("goods_items", place);
            let finding = self.warn(FindingCode::ItemNumbersNotSequential, item.field("item_number"));
            let said = consignment.goods_items.get(place).and_then(|item| item.item_number);
            let finding = finding.original(&said.map(|number| number.to_string()).unwrap_or_default());
            finding.parameter("expected", place.saturating_add(1).to_string()).push();
        }
        for (i, item) in consignment.goods_items.iter().enumerate() {
            if let (Some(net), Some(gross)) = (item.net_mass, item.gross_mass)
                && net > gross
            {
                let about = About::GoodsItem { consignment: place, item: i };
                let item = at.item("goods_items", i).about(about);
                let finding = self.warn(FindingCode::NetMassAboveGross, item.field("net_mass_mg"));
                finding
                    .original(&kilograms(net))
                    .parameter("net_mg", net.mg().to_string())
                    .parameter("gross_mg", gross.mg().to_string())
                    .push();
            }
        }
    }

    /// A header mass covers at least the parts that are known.
    fn header_mass(&mut self, header: Option<Mass>, parts: impl Iterator<Item = Option<Mass>>, at: Spot<'_>) {
        let mut known = parts.flatten();
        let first = known.next().or(Mass::from_mg(0));
        let Some(sum) = first.and_then(|first| known.try_fold(first, Mass::checked_add)) else {
            let said = header.map(kilograms).unwrap_or_default();
            self.warn(FindingCode::SumOverflows, at).original(&said).push();
            return;
        };
        if let Some(header) = header.filter(|header| *header < sum) {
            let finding = self.warn(FindingCode::GrossMassBelowSum, at);
            let finding =
                finding.original(&kilograms(header)).parameter("declared_mg", header.mg().to_string());
            finding.parameter("sum_mg", sum.mg().to_string()).push();
        }
    }

    /// A header count is the sum of its parts when every part is known.
    fn package_count(&mut self, header: Option<u32>, parts: impl Iterator<Item = Option<u32>>, at: Spot<'_>) {
        let Some(declared) = header else { return };
        let sum: Option<u64> = parts.map(|part| part.map(u64::from)).sum();
        if let Some(sum) = sum.filter(|sum| *sum != u64::from(declared)) {
            self.count_mismatch(u64::from(declared), sum, at);
        }
    }

    /// A declared count is the length of its list.
    pub(super) fn listed(&mut self, declared: u32, listed: usize, at: Spot<'_>) {
        let listed = u64::try_from(listed).unwrap_or(u64::MAX);
        if listed != u64::from(declared) {
            self.count_mismatch(u64::from(declared), listed, at);
        }
    }

    fn count_mismatch(&mut self, declared: u64, listed: u64, at: Spot<'_>) {
        let finding = self.warn(FindingCode::CountMismatch, at);
        let finding = finding.original(&declared.to_string()).parameter("declared", declared.to_string());
        finding.parameter("listed", listed.to_string()).push();
    }
}

/// Packages of a consignment: its own count, or that of its items when each says how many it has.
fn packages_of(consignment: &Consignment) -> Option<u32> {
    let counted = |item: &GoodsItem| {
        let mut each = item.packages.iter().map(|packages| packages.package_count.filter(|count| *count > 0));
        each.try_fold(0_u32, |sum, count| sum.checked_add(count?)).filter(|sum| *sum > 0)
    };
    let items =
        || consignment.goods_items.iter().try_fold(0_u32, |sum, item| sum.checked_add(counted(item)?));
    consignment.package_count.or_else(|| items().filter(|sum| *sum > 0))
}

/// A mass as its sender may have written it.
fn kilograms(mass: Mass) -> String {
    crate::finding_text::kilograms(&mass.mg().to_string())
}

/// True when the items' numbers are exactly those from one on, each once, over all consignments together: older transit
/// and entry messages number so, and their items are put into consignments by their parties afterwards.
fn runs_through(cargo: &Cargo) -> bool {
    let items = cargo.consignments.iter().flat_map(|consignment| &consignment.goods_items);
    let mut numbers: Vec<_> = items.map(|item| item.item_number).collect();
    numbers.sort_unstable();
    (1_u32..).zip(numbers).all(|(due, number)| number == Some(due))
}
