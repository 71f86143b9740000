//! By which practice a name is written: the columns of ICAO Doc 9303, and what states and offices of the region do.

use crate::person::StateCode;

/// A practice of transliteration. The first eight are Doc 9303 with the choices that it leaves to the issuing state; the
/// last three are not a standard and give candidates only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Practice {
    /// Doc 9303, unnamed columns: Russian, and Ä as AE.
    #[default]
    Icao,
    /// Doc 9303 with the plain letter for Ä, Ö, Ü, Å, as states of Turkic languages choose.
    Turkic,
    /// [`Practice::Turkic`] with K for Қ, as Kazakhstan and Kyrgyzstan do.
    Kazakh,
    /// Doc 9303, Ukrainian.
    Ukrainian,
    /// Doc 9303, Belorussian.
    Belarusian,
    /// Doc 9303, Bulgarian.
    Bulgarian,
    /// Doc 9303, Serbian.
    Serbian,
    /// Doc 9303, Macedonian.
    Macedonian,
    /// Cyrillic as the Uzbek Latin alphabet writes it, without its apostrophes.
    UzbekLatin,
    /// Cyrillic as Tajik offices write it.
    Tajik,
    /// Cyrillic and Arabic letters as an English reader expects them: Russian passports before 2010, Persian ones today.
    English,
}

impl Practice {
    /// Practices of the region that give other answers than the standard.
    pub const CANDIDATES: &[Practice] = &[
        Self::Icao,
        Self::Turkic,
        Self::Kazakh,
        Self::UzbekLatin,
        Self::Tajik,
        Self::English,
        Self::Ukrainian,
        Self::Belarusian,
    ];

    /// The practice of a state for its own citizens, within Doc 9303.
    #[must_use]
    pub fn of_state(state: Option<StateCode>) -> Self {
        match state.as_ref().map_or("", StateCode::as_str) {
            "KAZ" | "KGZ" => Self::Kazakh,
            "UZB" | "TKM" | "AZE" | "TUR" => Self::Turkic,
            "UKR" => Self::Ukrainian,
            "BLR" => Self::Belarusian,
            "BGR" => Self::Bulgarian,
            "SRB" => Self::Serbian,
            "MKD" => Self::Macedonian,
            _ => Self::Icao,
        }
    }

    /// Does it write Ä, Ö, Ü, Å with the plain letter?
    pub(super) const fn plain_umlauts(self) -> bool {
        !matches!(
            self,
            Self::Icao
                | Self::Ukrainian
                | Self::Belarusian
                | Self::Bulgarian
                | Self::Serbian
                | Self::Macedonian
        )
    }

    /// What the practice writes for an upper-case Cyrillic letter, where it differs from table B and the extension.
    pub(super) const fn cyrillic(self, c: char, first: bool) -> Option<&'static str> {
        Some(match (self, c) {
            // Doc 9303 Part 3 section 6 B, exceptions by language.
            (Self::Belarusian, 'Ё') => "IO",
            (Self::Belarusian | Self::Serbian | Self::Ukrainian, 'Г') => "H",
            (Self::Ukrainian, 'И') => "Y",
            (Self::Ukrainian, 'Є') if first => "YE",
            (Self::Ukrainian, 'Ї') if first => "YI",
            (Self::Ukrainian, 'Й') if first => "Y",
            (Self::Ukrainian, 'Ю') if first => "YU",
            (Self::Ukrainian, 'Я') if first => "YA",
            (Self::Bulgarian, 'Щ') => "SHT",
            (Self::Serbian, 'Ж') => "Z",
            (Self::Serbian | Self::Macedonian, 'Х') => "H",
            (Self::Serbian | Self::Macedonian, 'Ц') => "C",
            (Self::Serbian, 'Ч') => "C",
            (Self::Serbian, 'Ш') => "S",
            (Self::Macedonian, 'Ќ') => "KJ",
            (Self::Macedonian, 'Џ') => "DJ",
            (Self::Macedonian, 'Ѓ') => "GJ",
            // Project extension: the letters of the standard's hole.
            (Self::Kazakh, 'Қ') => "K",
            (Self::Tajik, 'Ҳ' | 'Һ') => "H",
            (Self::English, 'Қ') => "K",
            (Self::English, 'Ҳ' | 'Һ') => "KH",
            (Self::English, 'Ҷ') => "J",
            (Self::English | Self::UzbekLatin | Self::Tajik, 'Ё') => "YO",
            (Self::English | Self::UzbekLatin | Self::Tajik, 'Ю') => "YU",
            (Self::English | Self::UzbekLatin | Self::Tajik, 'Я') => "YA",
            (Self::English | Self::UzbekLatin | Self::Tajik, 'Й') => "Y",
            (Self::English | Self::UzbekLatin | Self::Tajik, 'Ъ') => "",
            (Self::English | Self::UzbekLatin, 'Е') if first => "YE",
            (Self::UzbekLatin, 'Х') => "X",
            (Self::UzbekLatin, 'Ж') => "J",
            (Self::UzbekLatin, 'Ў') => "O",
            (Self::UzbekLatin, 'Ы') => "I",
            (Self::UzbekLatin, 'Щ') => "SH",
            (Self::UzbekLatin, 'Һ') => "H",
            (Self::Tajik, 'Ӯ') => "U",
            (Self::Tajik | Self::English, 'Ғ') => "GH",
            _ => return None,
        })
    }

    /// Every practice, for tests and measurements.
    pub const ALL: &[Practice] = &[
        Self::Icao,
        Self::Turkic,
        Self::Kazakh,
        Self::Ukrainian,
        Self::Belarusian,
        Self::Bulgarian,
        Self::Serbian,
        Self::Macedonian,
        Self::UzbekLatin,
        Self::Tajik,
        Self::English,
    ];
}
