//! What the lorries carry. History is made from the same lines, so that a story and its precedents agree to the
//! kilogram.

use proto::v1::{DangerousGoods, GoodsItem, Money, Packages};

/// One goods line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goods {
    /// HS code, six digits.
    pub hs_code: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Country of origin, ISO 3166-1 alpha-2.
    pub origin: &'static str,
    /// Recommendation 21 code of the packages and how many.
    pub packages: (&'static str, i32),
    /// Net mass, kilograms.
    pub net_kg: i64,
    /// Gross mass, kilograms.
    pub gross_kg: i64,
    /// Declared value, whole US dollars.
    pub usd: i64,
    /// UN number, class and packing group of dangerous goods.
    pub dangerous: Option<(&'static str, &'static str, &'static str)>,
}

const fn goods(
    hs_code: &'static str,
    description: &'static str,
    origin: &'static str,
    packages: (&'static str, i32),
    (net_kg, gross_kg): (i64, i64),
    usd: i64,
) -> Goods {
    Goods { hs_code, description, origin, packages, net_kg, gross_kg, usd, dangerous: None }
}

const fn dangerous(goods: Goods, un: &'static str, class: &'static str, group: &'static str) -> Goods {
    Goods { dangerous: Some((un, class, group)), ..goods }
}

/// General cargo.
pub const HOUSEHOLD: [Goods; 3] = [
    goods("940360", "Wooden bookshelves, flat packed", "KZ", ("CT", 240), (4_800, 5_160), 21_600),
    goods("691110", "Porcelain plates and bowls in sets", "KZ", ("CT", 310), (3_100, 3_720), 18_600),
    goods("570242", "Woven carpets of synthetic fibre", "KZ", ("RO", 120), (2_400, 2_520), 26_400),
];

/// Dried fruit and aluminium ware.
pub const FRUIT: [Goods; 2] = [
    goods("081310", "Dried apricots in cartons", "TJ", ("CT", 800), (8_000, 8_480), 24_000),
    goods("761510", "Aluminium cooking pots", "TJ", ("CT", 150), (1_500, 1_680), 9_750),
];

/// Paint and thinner, dangerous goods of class 3.
pub const CHEMICALS: [Goods; 2] = [
    dangerous(
        goods(
            "320890",
            "Solvent based alkyd paint in steel drums",
            "KZ",
            ("DR", 60),
            (12_000, 12_900),
            42_000,
        ),
        "1263",
        "3",
        "III",
    ),
    dangerous(
        goods("381400", "Organic composite thinner in steel drums", "KZ", ("DR", 20), (3_600, 3_900), 9_900),
        "1263",
        "3",
        "II",
    ),
];

/// Electronics at values that earlier controls did not believe.
pub const BAD_RECORD: [Goods; 2] = [
    goods("851762", "Wireless routers with power adapters", "CN", ("CT", 400), (2_000, 2_280), 12_000),
    goods("850440", "Power supply units for computers", "CN", ("CT", 500), (6_500, 6_900), 9_100),
];

/// Goods that nobody has sent on this road.
pub const PIANOS: [Goods; 1] =
    [goods("920120", "Concert grand pianos in wooden cases", "AT", ("CS", 6), (3_060, 3_900), 372_000)];

/// A train of wheat and flour.
pub const GRAIN: [Goods; 2] = [
    goods("100199", "Milling wheat in bulk, third class", "KZ", ("VR", 0), (1_360_000, 1_360_000), 312_800),
    goods("110100", "Wheat flour, first grade, in sacks", "KZ", ("SA", 2_720), (136_000, 136_544), 54_400),
];

impl Goods {
    /// The line as the contract's goods item, at a place from 1.
    #[must_use]
    pub fn item(&self, item_number: i32) -> GoodsItem {
        let (type_code, count) = self.packages;
        GoodsItem {
            item_number,
            description: self.description.into(),
            hs_code: self.hs_code.into(),
            origin_country_code: self.origin.into(),
            gross_mass_mg: Some(milligrams(self.gross_kg)),
            net_mass_mg: Some(milligrams(self.net_kg)),
            declared_value: Some(Money { currency_code: "USD".into(), units: self.usd, nanos: 0 }),
            packages: vec![Packages {
                type_code: type_code.into(),
                package_count: Some(count),
                marks: format!("SYN {}/{item_number}", self.hs_code),
            }],
            dangerous_goods: self.dangerous.map(|(un, class, group)| DangerousGoods {
                un_number: un.into(),
                hazard_class: class.into(),
                packing_group: group.into(),
                tunnel_code: "D/E".into(),
            }),
            ..GoodsItem::default()
        }
    }
}

/// Kilograms as the contract's milligrams.
#[must_use]
pub(super) const fn milligrams(kg: i64) -> i64 {
    kg * 1_000_000
}
