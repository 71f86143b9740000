//! Latin letters beyond ASCII. Upper case only: the writer has seen to that.

use super::Practice;

/// ICAO Doc 9303 Part 3 (eighth edition, 2021), section 6, table A, then letters that it lacks. Retyped and compared with
/// the transcription in crate `mrz` 0.9.1 (MIT). Five rows leave a choice to the issuing state: the first is taken, the
/// plain letter where the practice says so.
pub(super) const fn zone(c: char, practice: Practice) -> Option<&'static str> {
    let plain = practice.plain_umlauts();
    Some(match c {
        // Table A.
        'À' | 'Á' | 'Â' | 'Ã' | 'Ā' | 'Ă' | 'Ą' => "A",
        'Ä' | 'Å' if plain => "A",
        'Ä' | 'Æ' => "AE",
        'Å' => "AA",
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'Ð' | 'Ď' | 'Đ' => "D",
        'È' | 'É' | 'Ê' | 'Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'Ĥ' | 'Ħ' => "H",
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' | 'ı' => "I",
        'Ĳ' => "IJ",
        'Ĵ' => "J",
        'Ķ' => "K",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => "L",
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' | 'Ŋ' => "N",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ō' | 'Ŏ' | 'Ő' => "O",
        'Ö' if plain => "O",
        'Ö' | 'Ø' | 'Œ' => "OE",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' => "S",
        'ẞ' | 'ß' => "SS",
        'Ţ' | 'Ť' | 'Ŧ' => "T",
        'Þ' => "TH",
        'Ù' | 'Ú' | 'Û' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => "U",
        'Ü' if plain => "U",
        'Ü' => "UE",
        'Ŵ' => "W",
        'Ý' | 'Ŷ' | 'Ÿ' => "Y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        // Letters that table A lacks.
        'Ə' | 'Ǝ' => "A",
        'Ș' => "S",
        'Ț' => "T",
        'Ơ' => "O",
        'Ư' => "U",
        'Ǵ' | 'Ƣ' => "G",
        'Ɨ' => "I",
        'Ɵ' => "O",
        _ => return None,
    })
}

/// The sound for the comparison key: sibilants as the same sound is written in Cyrillic.
pub(super) const fn sound(c: char) -> Option<&'static str> {
    match c {
        'Ş' | 'Š' | 'Ș' | 'Ś' => Some("SH"),
        'Ç' | 'Č' | 'Ć' => Some("CH"),
        'Ž' => Some("ZH"),
        other => zone(other, Practice::Turkic),
    }
}
