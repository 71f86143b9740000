//! Invented past outcomes in the columns of the published *Customs Import Declaration Datasets*, so that the stories
//! have precedents: what the demo imports with `gateway history import`.

use std::fmt::Write as _;

use jiff::{SignedDuration, civil::Date};

use crate::party::{
    ALATAU_TRADE, BROKER, CHIRCHIQ_BOYOQ, Company, DALA_LOGISTIC, POMIR_TRANS, REGISTON_SAVDO, SHYMKENT_CHEM,
    SOYA_IMPEKS, STEPPE_RAIL, SUGHD_SAMAR, TIANSHAN_EXPORT,
};
use crate::place::GISHTKUPRIK;
use crate::stories::{BAD_RECORD, CHEMICALS, FRUIT, GRAIN, Goods, HOUSEHOLD};

/// The header of the published data set.
pub const HEADER: &str = "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,\
Mode of Transport,Declarant ID,Importer ID,Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,\
Tax Rate,Tax Type,Country of Origin Indicator,Net Mass,Item Price,Fraud,Critical Fraud";

/// South Korean won for a US dollar: the data set's prices are in won.
const KRW_PER_USD: i64 = 1_420;

/// An office inland where goods are cleared that crossed elsewhere.
const INLAND: &str = "UZ-TASHKENT-INLAND";

/// How far back the history goes, days.
const DAYS: i64 = 300;

/// One line of trade and how it turned out.
struct Trade {
    goods: &'static [Goods],
    importer: Company,
    exporter: Company,
    carrier: Company,
    departure: &'static str,
    office: &'static str,
    /// "20" rail, "30" road.
    mode: &'static str,
    /// Of twenty outcomes, how many were irregular and how many of those critical.
    irregular: (u32, u32),
    outcomes: u32,
}

const TRADES: [Trade; 5] = [
    Trade {
        goods: &HOUSEHOLD,
        importer: REGISTON_SAVDO,
        exporter: ALATAU_TRADE,
        carrier: DALA_LOGISTIC,
        departure: "KZ",
        office: GISHTKUPRIK,
        mode: "30",
        irregular: (0, 0),
        outcomes: 60,
    },
    Trade {
        goods: &FRUIT,
        importer: REGISTON_SAVDO,
        exporter: SUGHD_SAMAR,
        carrier: POMIR_TRANS,
        departure: "TJ",
        office: INLAND,
        mode: "30",
        irregular: (0, 0),
        outcomes: 40,
    },
    Trade {
        goods: &CHEMICALS,
        importer: CHIRCHIQ_BOYOQ,
        exporter: SHYMKENT_CHEM,
        carrier: DALA_LOGISTIC,
        departure: "KZ",
        office: GISHTKUPRIK,
        mode: "30",
        irregular: (1, 0),
        outcomes: 40,
    },
    Trade {
        goods: &BAD_RECORD,
        importer: SOYA_IMPEKS,
        exporter: TIANSHAN_EXPORT,
        carrier: DALA_LOGISTIC,
        departure: "CN",
        office: GISHTKUPRIK,
        mode: "30",
        irregular: (17, 3),
        outcomes: 40,
    },
    Trade {
        goods: &GRAIN,
        importer: REGISTON_SAVDO,
        exporter: ALATAU_TRADE,
        carrier: STEPPE_RAIL,
        departure: "KZ",
        office: INLAND,
        mode: "20",
        irregular: (0, 0),
        outcomes: 120,
    },
];

/// The history up to the day before a day, header included.
#[must_use]
pub fn csv(before: Date) -> String {
    let mut text = format!("{HEADER}\n");
    let mut declaration = 90_000_000_u32;
    for trade in &TRADES {
        for n in 0..trade.outcomes {
            for goods in trade.goods {
                declaration += 1;
                row(&mut text, declaration, day(before, n), trade, goods, n);
            }
        }
    }
    text
}

/// How many outcomes [`csv`] holds.
#[must_use]
pub fn outcomes() -> usize {
    TRADES.iter().map(|trade| trade.outcomes as usize * trade.goods.len()).sum()
}

/// The key under which counters know a company: its first identifier as `SCHEME:COUNTRY:VALUE`.
fn key(company: &Company) -> String {
    format!("{}:{}:{}", company.scheme, company.country, company.number)
}

fn day(before: Date, n: u32) -> Date {
    before.checked_sub(SignedDuration::from_hours(24 * (1 + i64::from(n) * 7 % DAYS))).unwrap_or(before)
}

fn row(text: &mut String, declaration: u32, date: Date, trade: &Trade, goods: &Goods, n: u32) {
    let (irregular, critical) = trade.irregular;
    let fraud = match n % 20 {
        place if place < critical => "1,2",
        place if place < irregular => "1,1",
        _ => "0,0",
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{declaration},{date},{office},B,11,21,11,{mode},{declarant},{importer},{seller},{courier},{hs},{departure},\
         {origin},8.0,A,Y,{mass}.0,{price}.0,{fraud}",
        office = trade.office,
        mode = trade.mode,
        declarant = key(&BROKER),
        importer = key(&trade.importer),
        seller = key(&trade.exporter),
        courier = key(&trade.carrier),
        hs = goods.hs_code,
        departure = trade.departure,
        origin = goods.origin,
        mass = goods.net_kg,
        price = goods.usd * KRW_PER_USD,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_agree_with_the_header() {
        let text = csv(Date::constant(2026, 11, 23));
        let columns = HEADER.split(',').count();
        assert_eq!(columns, 22);
        assert!(text.lines().all(|line| line.split(',').count() == columns));
        assert_eq!(text.lines().count(), outcomes() + 1);
        assert!(text.contains(",0,0\n") && text.contains(",1,1\n") && text.contains(",1,2\n"));
    }
}
