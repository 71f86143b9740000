//! The files are read whole, and words become codes.

use super::*;

#[test]
fn every_row_of_every_file_is_read() {
    let lists = CodeLists::built_in();
    let read = [
        ("border_posts.csv", lists.border_posts.len()),
        ("countries.csv", lists.countries.len()),
        // Two codes a row, and CS was withdrawn twice.
        ("countries_retired.csv", lists.countries_retired.codes().count().div_ceil(2)),
        ("currencies.csv", lists.currencies.len()),
        ("currencies_retired.csv", lists.currencies_retired.codes().count()),
        ("hs2022.csv", lists.hs.len()),
        ("hs_retired.csv", lists.hs_retired.codes().count()),
        ("icao_states.csv", lists.icao_states.len()),
        ("packages.csv", lists.packages.len()),
        ("un_locode.csv", lists.un_locodes.len()),
        ("un_numbers.csv", lists.un_numbers.len()),
        ("units.csv", lists.units.len()),
        ("units_retired.csv", lists.units_retired.codes().count()),
    ];
    assert_eq!(read.len(), FILES.len(), "every file is counted");
    for (file, read) in read {
        let (_, text) = FILES.iter().find(|(name, _)| *name == file).unwrap();
        let rows = text.lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(read, rows, "{file}");
        assert!(text.starts_with("# ") && text.contains("\n# Source: "), "{file} names its source");
    }
    assert!(lists.border_posts.iter().all(|post| !post.modes.is_empty()));
}

#[test]
fn words_become_codes() {
    let lists = CodeLists::built_in();
    let country = |word| lists.country(word).map(|code| code.as_str().to_owned());
    for (word, code) in [("UZ", "UZ"), ("uz ", "UZ"), ("KAZ", "KZ"), ("Kazakhstan", "KZ"), ("tjk", "TJ")] {
        assert_eq!(country(word).as_deref(), Some(code), "{word}");
    }
    for word in ["", "XX", "ZZZ", "U", "Ўз", "Narnia"] {
        assert_eq!(country(word), None, "{word}");
    }
    let state = |word| lists.state(word).map(|code| code.as_str().to_owned());
    for (word, code) in [("UZB", "UZB"), ("D", "D"), ("XXA", "XXA"), ("KG", "KGZ"), ("uzb", "UZB")] {
        assert_eq!(state(word).as_deref(), Some(code), "{word}");
    }
    assert_eq!(state("UTO"), None, "the specimen's state does not exist");
    assert!(lists.currency("uzs").is_some() && lists.currency("HRK").is_none());
    assert!(lists.has_hs6("854143") && !lists.has_hs6("854140") && !lists.has_hs6("8541"));
    assert!(lists.has_unit("LTR") && lists.has_package("CT") && !lists.has_package("XCT"));
    assert_eq!(lists.border_post("UZ-KELES").map(|post| post.modes.as_slice()), Some(&[Mode::Rail][..]));
}

#[test]
fn withdrawn_is_not_unknown() {
    let lists = CodeLists::built_in();
    let told = |retired: Option<&Retired>| {
        retired.map(|retired| format!("{} {}", retired.since, retired.instead).trim().to_owned())
    };
    for (word, became) in [
        ("AN", Some("2010-12-15")),
        ("ant", Some("2010-12-15")),
        ("CS", Some("2006-09-26")),
        ("TP", Some("2002-05-20 TL")),
        ("TMP", Some("2002-05-20 TLS")),
        ("SK", None), // Sikkim's code is Slovakia's today
        ("UZ", None),
        ("XX", None),
    ] {
        assert_eq!(told(lists.retired_country(word)).as_deref(), became, "{word}");
    }
    for (word, became) in
        [("hrk", Some("2023-01 EUR")), ("RUR", Some("2004-01 RUB")), ("SUR", Some("1990-12")), ("UZS", None)]
    {
        assert_eq!(told(lists.retired_currency(word)).as_deref(), became, "{word}");
    }
    let hs = lists.retired_hs6("854140");
    assert_eq!(
        told(hs.as_ref()).as_deref(),
        Some("2022 854110 854121 854129 854130 854141 854142 854143 854149")
    );
    assert_eq!(lists.retired_hs6("854143"), None);
    assert_eq!(lists.retired_hs6("999999"), None);
    assert_eq!(told(lists.retired_unit("HAR")).as_deref(), Some("2012"));
    assert_eq!(lists.retired_unit("KGM"), None);
    for (retired, code) in lists.currencies_retired.codes().map(|(code, retired)| (retired, code)) {
        assert!(lists.currency(code).is_none(), "{code} is in use");
        assert!(retired.instead.is_empty() || lists.currency(&retired.instead).is_some(), "{code}");
    }
    assert!(lists.hs_retired.codes().all(|(code, _)| !lists.has_hs6(code) && code.len() == 6));
    assert!(lists.units_retired.codes().all(|(code, _)| !lists.has_unit(code)));
}

#[test]
fn places_of_the_region() {
    let lists = CodeLists::built_in();
    for (code, listing) in [
        ("UZTAS", Listing::Listed),
        ("KZALA", Listing::Listed),
        ("AFKBL", Listing::Listed),
        ("UZZZZ", Listing::NotListed),
        ("AFAAA", Listing::NotListed),
        ("UZ222", Listing::NotListed),
        ("DEBER", Listing::NotCovered),
        ("ZZZZZ", Listing::NotCovered),
        ("AAAAA", Listing::NotCovered),
        ("UZ", Listing::NotCovered),
    ] {
        assert_eq!(lists.un_locode(code), listing, "{code}");
    }
}

#[test]
fn numbers_and_classes_of_dangerous_goods() {
    let lists = CodeLists::built_in();
    let may = |number, class| lists.un_number(number).unwrap().has_class(class);
    for (number, class) in [
        ("1203", "3"),
        ("1075", "2.1"),
        ("1075", "2"),
        ("1017", "2.3"),
        ("0336", "1.4G"),
        ("0336", "1.4"),
        ("0336", "1"),
        ("2814", "6.2"),
        ("3480", " 9 "),
    ] {
        assert!(may(number, class), "{number} {class}");
    }
    for (number, class) in
        [("1203", "8"), ("1075", "2.3"), ("0336", "1.1"), ("2814", "6.1"), ("2814", "6"), ("0336", "1.4S")]
    {
        assert!(!may(number, class), "{number} {class}");
    }
    assert!(lists.un_number("9999").is_none() && lists.un_number("").is_none());
    assert_eq!(lists.un_number("1169").unwrap().retired().unwrap().instead, "1197");
    for one in &lists.un_numbers {
        assert_eq!(one.classes().is_empty(), one.retired().is_some(), "{one:?}");
    }
}
