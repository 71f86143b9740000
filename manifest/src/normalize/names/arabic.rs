//! Arabic script: Arabic, Persian, Dari, Pashto, Urdu, Uyghur. Vowels are mostly not written, so the zone's form is a row
//! of consonants and the key compares consonants only.

use super::Practice;

/// ICAO Doc 9303 Part 3 (eighth edition, 2021), section 6, table C. X stands before a letter that it modifies. Retyped
/// from two public transcriptions (the map `icao-fas-Arab-Latn-9303` of interscript, and notes on Appendix B) where they
/// agree; not compared with the document itself. Vowel signs, tatweel and the shadda are the writer's business: the
/// first two are not written, the last doubles the letter.
pub(super) const fn zone(c: char, practice: Practice) -> Option<&'static str> {
    if matches!(practice, Practice::English) {
        return plain(c);
    }
    Some(match c {
        'ء' => "XE",
        'آ' => "XAA",
        'أ' => "XAE",
        'ؤ' => "U",
        'إ' => "I",
        'ئ' => "XI",
        'ا' => "A",
        'ب' => "B",
        'ة' => "XTA",
        'ت' => "T",
        'ث' => "XTH",
        'ج' => "J",
        'ح' => "XH",
        'خ' => "XKH",
        'د' => "D",
        'ذ' => "XDH",
        'ر' => "R",
        'ز' => "Z",
        'س' => "S",
        'ش' => "XSH",
        'ص' => "XSS",
        'ض' => "XDZ",
        'ط' => "XTT",
        'ظ' => "XZZ",
        'ع' => "E",
        'غ' => "G",
        'ف' => "F",
        'ق' => "Q",
        'ك' => "K",
        'ل' => "L",
        'م' => "M",
        'ن' => "N",
        'ه' => "H",
        'و' => "W",
        'ى' => "XAY",
        'ي' => "Y",
        'ٱ' => "XXA",
        'ٹ' => "XXT",
        'ټ' => "XRT",
        'پ' => "P",
        'ځ' => "XKE",
        'څ' => "XXH",
        'چ' => "XC",
        'ڈ' => "XXD",
        'ډ' => "XDR",
        'ڑ' => "XXR",
        'ړ' => "XRR",
        'ږ' => "XRX",
        'ژ' => "XJ",
        'ښ' => "XXS",
        'ک' => "XKK",
        'ګ' => "XXK",
        'ڭ' => "XNG",
        'گ' => "XGG",
        'ں' => "XNN",
        'ڼ' => "XXN",
        'ھ' => "XDO",
        'ۀ' => "XYH",
        'ہ' => "XXG",
        'ۂ' => "XGE",
        'ۃ' => "XTG",
        'ی' => "XYA",
        'ۍ' => "XXY",
        'ې' => "Y",
        'ے' => "XYB",
        'ۓ' => "XBE",
        // The extension: letters that the table leaves without a code.
        'ڤ' => "V",
        _ => return None,
    })
}

/// The letters as an English reader expects them; also the sound for the comparison key of what is always a consonant.
const fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ا' | 'آ' | 'أ' | 'ٱ' | 'ع' | 'ء' | 'ة' | 'ى' | 'ۃ' => "A",
        'إ' | 'ئ' | 'ی' | 'ي' | 'ې' | 'ے' | 'ۍ' | 'ۓ' => "I",
        'ؤ' => "U",
        'ب' => "B",
        'پ' => "P",
        'ت' | 'ط' | 'ٹ' | 'ټ' => "T",
        'ث' | 'س' | 'ص' => "S",
        'ج' => "J",
        'چ' => "CH",
        'ح' | 'ه' | 'ہ' | 'ھ' | 'ۀ' | 'ۂ' => "H",
        'خ' => "KH",
        'د' | 'ڈ' | 'ډ' => "D",
        'ذ' | 'ز' | 'ض' | 'ظ' | 'ځ' => "Z",
        'ر' | 'ړ' | 'ڑ' => "R",
        'ژ' | 'ږ' => "ZH",
        'ش' | 'ښ' => "SH",
        'غ' => "GH",
        'ف' => "F",
        'ق' => "Q",
        'ك' | 'ک' => "K",
        'گ' | 'ګ' => "G",
        'ڭ' => "NG",
        'ل' => "L",
        'م' => "M",
        'ن' | 'ں' | 'ڼ' => "N",
        'و' => "V",
        'ڤ' => "V",
        'څ' => "TS",
        _ => return None,
    })
}

/// The sound for the comparison key. `last`: the letter before in the word, `\0` at its beginning; `written`: how many
/// letters of the word are written. و is a vowel between consonants and V where a syllable begins with it. A vowel keeps H
/// from the consonant before it: زهرا has no ZH.
pub(super) const fn sound(c: char, last: char, written: usize) -> Option<&'static str> {
    match c {
        'و' if written == 0 || matches!(last, 'ا' | 'آ') => Some("V"),
        'و' if written > 1 && matches!(last, 'ی' | 'ي') => Some("V"),
        'و' => Some("U"),
        'ح' | 'ه' | 'ہ' | 'ھ' | 'ۀ' | 'ۂ' if written > 0 => Some("AH"),
        other => plain(other),
    }
}
