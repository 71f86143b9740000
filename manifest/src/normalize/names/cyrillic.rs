//! Cyrillic. Upper case only: the writer has seen to that.

/// ICAO Doc 9303 Part 3 (eighth edition, 2021), section 6, table B, unnamed columns, then the project's extension. The
/// table's 48 rows were retyped and compared with the transcription in crate `mrz` 0.9.1 (MIT); three of its printed glyphs
/// are slips, the code points count. Ь has no row: it has no sound of its own and passports leave it out.
pub(super) const fn zone(c: char) -> Option<&'static str> {
    Some(match c {
        // Table B.
        'А' => "A",
        'Б' => "B",
        'В' => "V",
        'Г' | 'Ґ' | 'Ғ' => "G",
        'Д' | 'Ђ' => "D",
        'Е' | 'Ё' | 'Э' => "E",
        'Є' => "IE",
        'Ж' => "ZH",
        'З' => "Z",
        'И' | 'Й' | 'І' | 'Ї' => "I",
        'Ј' => "J",
        'К' | 'Ќ' => "K",
        'Л' => "L",
        'Љ' => "LJ",
        'М' => "M",
        'Н' => "N",
        'Њ' => "NJ",
        'О' => "O",
        'П' => "P",
        'Р' => "R",
        'С' => "S",
        'Т' => "T",
        'У' | 'Ў' | 'Ѫ' => "U",
        'Ф' => "F",
        'Х' => "KH",
        'Ц' => "TS",
        'Ч' | 'Ћ' => "CH",
        'Ш' => "SH",
        'Щ' => "SHCH",
        'Ъ' => "IE",
        'Ы' | 'Ѵ' => "Y",
        'Ю' => "IU",
        'Я' => "IA",
        'Ѕ' | 'Џ' => "DZ",
        'Һ' => "C",
        // The extension: Uzbek, Kazakh, Kyrgyz, Tajik, Karakalpak, Tatar, Azerbaijani in Cyrillic. First choice of each;
        // the others are in the practices.
        'Ь' => "",
        'Ѓ' => "GJ",
        'Ѐ' => "E",
        'Ѝ' => "I",
        'Қ' | 'Ҡ' => "Q",
        'Ҝ' | 'Ҟ' => "K",
        'Ҳ' | 'Ҵ' => "H",
        'Ә' => "A",
        'Ө' | 'Ӧ' => "O",
        'Ү' | 'Ұ' | 'Ӯ' | 'Ӱ' | 'Ӳ' => "U",
        'Ң' | 'Ҥ' | 'Ӈ' => "N",
        'Ҷ' | 'Ҹ' | 'Җ' => "J",
        'Ӣ' => "I",
        'Ѣ' => "E",
        'Ӑ' | 'Ӓ' => "A",
        'Ҫ' => "S",
        'Ҙ' => "Z",
        'Ҕ' | 'Ӷ' => "G",
        'Ӏ' => "I",
        _ => return None,
    })
}

/// The sound for the comparison key, where the zone's letters would mislead. A vowel keeps H from the consonant before it:
/// Исҳоқ has no SH.
pub(super) const fn sound(c: char, first: bool) -> Option<&'static str> {
    match c {
        'Һ' | 'Ҳ' if !first => Some("AH"),
        'Һ' => Some("H"),
        'Џ' => Some("J"),
        'Ѕ' => Some("Z"),
        'Ҵ' => Some("TS"),
        'Ѓ' | 'Ґ' => Some("G"),
        'Љ' => Some("L"),
        'Њ' => Some("N"),
        'Ј' => Some("Y"),
        other => zone(other),
    }
}
