//! Goods items in the names of phase 5.

use manifest::declared::{DangerousGoods, GoodsItem, Packages};

use manifest::{FindingCode, Severity};

use crate::xml::{At, Element, Scribe};

/// One `ConsignmentItem`.
pub(super) fn goods_item(scribe: &mut Scribe<'_>, item: Element, at: &At<'_>) -> GoodsItem {
    let of = Some(item);
    scribe.mark(at, item);
    let commodity = scribe.child(of, "Commodity");
    let code = scribe.child(commodity, "CommodityCode");
    let measure = scribe.child(commodity, "GoodsMeasure");
    let mut hs_code = scribe.text(code, "harmonizedSystemSubHeadingCode", &at.field("hs_code"));
    hs_code.push_str(scribe.word(code, "combinedNomenclatureCode"));
    let number_at = at.field("item_number");
    let number = scribe.number(of, "goodsItemNumber", &number_at);
    GoodsItem {
        item_number: number.or_else(|| scribe.number(of, "declarationGoodsItemNumber", &number_at)),
        description: scribe.text(commodity, "descriptionOfGoods", &at.field("description")),
        hs_code,
        gross_mass: scribe.mass(measure, "grossMass", &at.field("gross_mass_mg")),
        net_mass: scribe.mass(measure, "netMass", &at.field("net_mass_mg")),
        packages: packages(scribe, item, at),
        dangerous_goods: dangerous_goods(scribe, commodity, at),
        ucr: scribe.text(of, "referenceNumberUCR", &at.field("ucr")),
        ..GoodsItem::default()
    }
}

fn packages(scribe: &mut Scribe<'_>, item: Element, at: &At<'_>) -> Vec<Packages> {
    let each = scribe.children(Some(item), "Packaging").into_iter().enumerate();
    each.map(|(i, packaging)| {
        let at = at.item("packages", i);
        let of = Some(packaging);
        scribe.mark(&at, packaging);
        Packages {
            type_code: scribe.text(of, "typeOfPackages", &at.field("type_code")),
            package_count: scribe.number(of, "numberOfPackages", &at.field("package_count")),
            marks: scribe.text(of, "shippingMarks", &at.field("marks")),
        }
    })
    .collect()
}

/// The first of an item's dangerous goods: the contract has room for one, and an item with another one as well is for an officer
/// to look at.
fn dangerous_goods(
    scribe: &mut Scribe<'_>,
    commodity: Option<Element>,
    at: &At<'_>,
) -> Option<DangerousGoods> {
    let all = scribe.children(commodity, "DangerousGoods");
    let (element, others) = all.split_first()?;
    let at = at.field("dangerous_goods");
    scribe.mark(&at, *element);
    let number_at = at.field("un_number");
    let un_number = scribe.text(Some(*element), "UNNumber", &number_at);
    for other in others {
        let number = scribe.word(Some(*other), "UNNumber");
        if !number.is_empty() && number != un_number {
            let note = scribe.note_at(FindingCode::ValueMalformed, Severity::Blocking, &number_at);
            scribe.note(note.original(number).parameter("form", "one value for one goods item"), *other);
        }
    }
    Some(DangerousGoods { un_number, ..DangerousGoods::default() })
}
