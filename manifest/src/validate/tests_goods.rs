//! Goods: each case changes one thing about a clean lorry and names every finding that follows.

use super::tests::check;
use crate::Declared;
use crate::declared::*;
use crate::samples::*;

const CONSIGNMENT: &str = "cargo.consignments[0]";

#[test]
fn sums_and_counts() {
    let one = |change: fn(&mut Consignment), expected: &[&str]| {
        let expected: Vec<String> = expected.iter().map(|line| line.replace('@', CONSIGNMENT)).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check("consignment", lorry(), |d| change(&mut cargo(d).consignments[0]), &expected)
    };
    one(|c| c.gross_mass = kg(800), &[]);
    one(|c| c.gross_mass = kg(799), &["GROSS_MASS_BELOW_SUM W @.gross_mass_mg"]);
    one(
        |c| c.gross_mass = Some(DeclaredMass::Milligrams(799_999_999)),
        &["GROSS_MASS_BELOW_SUM W @.gross_mass_mg"],
    );
    one(|c| c.gross_mass = Some(DeclaredMass::Milligrams(-1)), &["NUMBER_IMPLAUSIBLE W @.gross_mass_mg"]);
    one(
        |c| {
            c.goods_items[0].gross_mass = Some(DeclaredMass::Milligrams(i64::MAX));
        },
        &["SUM_OVERFLOWS W @.gross_mass_mg"],
    );
    one(|c| c.goods_items[1].net_mass = kg(401), &["NET_MASS_ABOVE_GROSS W @.goods_items[1].net_mass_mg"]);
    one(
        |c| c.goods_items[1].item_number = Some(3.into()),
        &["ITEM_NUMBERS_NOT_SEQUENTIAL W @.goods_items[1].item_number"],
    );
    one(
        |c| c.goods_items[0].item_number = None,
        &["ITEM_NUMBERS_NOT_SEQUENTIAL W @.goods_items[0].item_number"],
    );
    one(|c| c.package_count = Some(20.into()), &[]);
    one(|c| c.package_count = Some(21.into()), &["COUNT_MISMATCH W @.package_count"]);
    one(|c| c.goods_items.clear(), &["REQUIRED_FIELD_MISSING B @.goods_items"]);
    check(
        "no consignments",
        lorry(),
        |d| cargo(d).consignments.clear(),
        &["REQUIRED_FIELD_MISSING B cargo.consignments"],
    );
    check(
        "total below",
        lorry(),
        |d| cargo(d).total_gross_mass = kg(999),
        &["GROSS_MASS_BELOW_SUM W cargo.total_gross_mass_mg"],
    );
    // A total of packages is compared with those of the items where no consignment counts its own.
    let packages = |total: u32| {
        move |d: &mut Declared| {
            cargo(d).consignments.iter_mut().for_each(|one| one.package_count = None);
            cargo(d).total_package_count = Some(i64::from(total).into());
        }
    };
    let counted = {
        let mut all = lorry();
        let items = cargo(&mut all).consignments.iter().flat_map(|one| one.goods_items.clone());
        let each = items.flat_map(|item| item.packages).filter_map(|one| one.package_count);
        each.map(|count| match count {
            Said::Plain(count) => u32::try_from(count).unwrap(),
            Said::Words(words) => words.parse().unwrap(),
        })
        .sum::<u32>()
    };
    check("all packages", lorry(), packages(counted), &[]);
    check("a package more", lorry(), packages(counted + 1), &["COUNT_MISMATCH W cargo.total_package_count"]);
    check(
        "consignment count",
        lorry(),
        |d| cargo(d).declared_consignment_count = Some(2.into()),
        &["COUNT_MISMATCH W cargo.declared_consignment_count"],
    );
    check(
        "empty but not",
        lorry(),
        |d| cargo(d).customs_regime = Some(Said::Words(s("empty"))),
        &["REGIME_DISAGREES W cargo.customs_regime"],
    );
}

#[test]
fn goods() {
    let item = |what: &str, change: fn(&mut GoodsItem), expected: &[&str]| {
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace('@', "cargo.consignments[0].goods_items[0]")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(what, lorry(), |d| change(&mut cargo(d).consignments[0].goods_items[0]), &expected);
    };
    for vague in ["NO", " personal effects. ", "GOODS", "Товары", "согласно инвойсу", "tovarlar", "-", "№ 5"]
    {
        let mut declared = lorry();
        cargo(&mut declared).consignments[0].goods_items[0].description = s(vague);
        let expected = "DESCRIPTION_VAGUE W cargo.consignments[0].goods_items[0].description";
        check(vague, declared, |_| {}, &[expected]);
    }
    item("unknown code", |i| i.hs_code = s("999999"), &["CODE_UNKNOWN W @.hs_code"]);
    item("left the list", |i| i.hs_code = s("854140"), &["CODE_RETIRED W @.hs_code"]);
    item("no code", |i| i.hs_code = s(" "), &["REQUIRED_FIELD_MISSING W @.hs_code"]);
    item("dots", |i| i.hs_code = s("6109.10.00.00"), &[]);
    item("seven digits", |i| i.hs_code = s("6109100"), &["VALUE_MALFORMED W @.hs_code"]);
    item("origin", |i| i.origin_country_code = s("QZ"), &["CODE_UNKNOWN W @.origin_country_code"]);
    item(
        "no currency",
        |i| i.declared_value.as_mut().unwrap().currency_code = s(" "),
        &["REQUIRED_FIELD_MISSING W @.declared_value.currency_code"],
    );
    item(
        "currency",
        |i| i.declared_value.as_mut().unwrap().currency_code = s("SUM"),
        &["CODE_UNKNOWN W @.declared_value.currency_code"],
    );
    item(
        "negative",
        |i| {
            i.declared_value.as_mut().unwrap().amount = Some(DeclaredAmount::Exact { units: -1, nanos: 0 });
        },
        &["NUMBER_IMPLAUSIBLE W @.declared_value.units"],
    );
    item(
        "dangerous",
        |i| {
            i.dangerous_goods = Some(DangerousGoods {
                un_number: s("UN 1203"),
                hazard_class: s("3"),
                ..DangerousGoods::default()
            });
        },
        &[],
    );
    item(
        "dangerous, nothing said",
        |i| i.dangerous_goods = Some(DangerousGoods::default()),
        &[
            "DANGEROUS_GOODS_INCOMPLETE W @.dangerous_goods.un_number",
            "DANGEROUS_GOODS_INCOMPLETE W @.dangerous_goods.hazard_class",
        ],
    );
    let dangerous = |number: &str, class: &str| {
        let (un_number, hazard_class) = (s(number), s(class));
        move |d: &mut Declared| {
            let goods = DangerousGoods { un_number, hazard_class, ..DangerousGoods::default() };
            cargo(d).consignments[0].goods_items[0].dangerous_goods = Some(goods);
        }
    };
    let at = "cargo.consignments[0].goods_items[0].dangerous_goods";
    check(
        "dangerous, other class",
        lorry(),
        dangerous("1203", "8"),
        &[&format!("DANGEROUS_GOODS_INCOMPLETE W {at}.hazard_class")],
    );
    check(
        "dangerous, no such number",
        lorry(),
        dangerous("3999", "3"),
        &[&format!("CODE_UNKNOWN W {at}.un_number")],
    );
    check(
        "dangerous, number withdrawn",
        lorry(),
        dangerous("1169", "3"),
        &[&format!("CODE_RETIRED W {at}.un_number")],
    );
    item(
        "unit of old",
        |i| {
            let amount_millionths = Some(1_000_000.into());
            i.supplementary_quantity = Some(Quantity { amount_millionths, unit_code: s("HAR") });
        },
        &["CODE_RETIRED N @.supplementary_quantity.unit_code"],
    );
    check(
        "place that is not",
        lorry(),
        |d| {
            cargo(d).consignments[0].loading_location =
                Some(Location { un_locode: s("KZ ZZZ"), ..Location::default() });
        },
        &["CODE_UNKNOWN N cargo.consignments[0].loading_location.un_locode"],
    );
    item("package", |i| i.packages[0].type_code = s("XX9"), &["CODE_UNKNOWN N @.packages[0].type_code"]);
    check(
        "reference twice",
        lorry(),
        |d| cargo(d).consignments.push(consignment("CMR-1")),
        &["REFERENCE_REPEATED W cargo.consignments[1].consignment_reference"],
    );
    check("good MRN", lorry(), |d| cargo(d).consignments[0].previous_mrn = s("24GB 000246J8NY33L7"), &[]);
    check(
        "bad MRN",
        lorry(),
        |d| cargo(d).consignments[0].previous_mrn = s("24GB000246J8NY33L8"),
        &["MRN_CHECK_DIGIT_WRONG W cargo.consignments[0].previous_mrn"],
    );
    check(
        "other MRN",
        lorry(),
        |d| cargo(d).consignments[0].previous_mrn = s("EXP/7"),
        &["VALUE_MALFORMED N cargo.consignments[0].previous_mrn"],
    );
}

#[test]
fn carnets_containers_seals_and_parties() {
    let carnet = |number: &str, expiry| {
        let number = s(number);
        move |d: &mut Declared| {
            cargo(d).tir_carnet = Some(TirCarnet { number, expiry_date: expiry, ..TirCarnet::default() });
        }
    };
    check("carnet", lorry(), carnet("XB 12345678", date(2026, 11, 20)), &[]);
    check(
        "carnet form",
        lorry(),
        carnet("12345678", None),
        &["TIR_CARNET_MALFORMED W cargo.tir_carnet.number"],
    );
    check(
        "carnet expired",
        lorry(),
        carnet("XB12345678", date(2026, 11, 19)),
        &["TIR_CARNET_EXPIRED W cargo.tir_carnet.expiry_date"],
    );
    check(
        "TIR without carnet",
        lorry(),
        |d| cargo(d).customs_regime = Some(Said::Words(s("TIR"))),
        &["TIR_CARNET_MALFORMED W cargo.tir_carnet.number"],
    );
    let container = |number: &str| {
        let number = s(number);
        move |d: &mut Declared| cargo(d).containers = vec![Container { number, ..Container::default() }]
    };
    check("container", lorry(), container("CSQU 305438-3"), &[]);
    check(
        "container digit",
        lorry(),
        container("CSQU3054384"),
        &["CONTAINER_CHECK_DIGIT_WRONG W cargo.containers[0].number"],
    );
    check(
        "container form",
        lorry(),
        container("TRAILER7"),
        &["VALUE_MALFORMED W cargo.containers[0].number"],
    );
    check(
        "container of an item",
        lorry(),
        |d| {
            container("CSQU3054383")(d);
            cargo(d).consignments[0].goods_items[1].container_numbers = vec![s("MSKU6011672")];
        },
        &["CONTAINER_NOT_LISTED N cargo.consignments[0].goods_items[1].container_numbers[0]"],
    );
    check(
        "seal count",
        lorry(),
        |d| cargo(d).declared_seal_count = Some(1.into()),
        &["SEALS_DISAGREE W cargo.declared_seal_count"],
    );
    check(
        "seal without number",
        lorry(),
        |d| cargo(d).seals = vec![Seal::default()],
        &["SEALS_DISAGREE W cargo.seals[0].number"],
    );
    check(
        "nobody",
        lorry(),
        |d| cargo(d).consignments[0].consignee = Some(Party::default()),
        &["PARTY_UNIDENTIFIED W cargo.consignments[0].consignee"],
    );
    check(
        "no consignor",
        lorry(),
        |d| cargo(d).consignments[0].consignor = None,
        &["REQUIRED_FIELD_MISSING W cargo.consignments[0].consignor"],
    );
}
