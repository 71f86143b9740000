//! What counters count.

use crate::kinds::kinds;

kinds! {
    /// What a counter counts. The codes are stored; they grow and never change meaning.
    CounterKind,
    /// The word that opens the digested text of a key.
    word {
        /// Every outcome there is: the base rates.
        Base = 0 "base",
        /// HS code, departure, origin and exact mass: the consignment's signature before arrival.
        Signature = 1 "sig_pre",
        /// HS code and exact mass.
        Hs6Mass = 2 "hs6_mass",
        /// HS code and mass band (a tenth of a decade).
        Hs6MassBand = 3 "hs6_massb",
        /// HS heading and mass band.
        Hs4MassBand = 4 "hs4_massb",
        /// HS code, departure and origin.
        Hs6Route = 5 "hs6_route",
        /// HS heading, departure and origin.
        Hs4Route = 6 "hs4_route",
        /// HS code and origin.
        Hs6Origin = 7 "hs6_org",
        /// HS code and band of the value per kilogram (a thousandth of a decade).
        Hs6UnitValue = 8 "hs6_uv",
        /// HS code; also keeps the moments of unit value and mass.
        Hs6 = 9 "hs6",
        /// HS heading.
        Hs4 = 10 "hs4",
        /// HS chapter.
        Hs2 = 11 "hs2",
        /// Exact mass.
        Mass = 12 "mass",
        /// Country of origin.
        Origin = 13 "org",
        /// Importer.
        Importer = 14 "imp",
        /// Declarant.
        Declarant = 15 "decl",
        /// Exporter or seller.
        Exporter = 16 "seller",
        /// Border post or customs office.
        Office = 17 "office",
        /// Departure and origin.
        Route = 18 "route",
        /// HS chapter, departure and origin.
        Hs2Route = 19 "hs2_route",
        /// HS chapter and origin.
        Hs2Origin = 20 "hs2_org",
    }
}

impl CounterKind {
    /// Does it count goods, so each goods item by itself? Parties and border posts are counted by consignments: a declaration of
    /// many lines is one of theirs.
    #[must_use]
    pub const fn is_of_goods(self) -> bool {
        !matches!(self, Self::Importer | Self::Declarant | Self::Exporter | Self::Office)
    }
}
