//! Invented people of the region, and how offices write their names. Nobody here exists: every name is drawn from common
//! components.

use manifest::normalize::{Practice, latin_name};

/// A seeded draw (SplitMix64): the same people on every machine and in every year.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap_or(0)
    }

    pub(crate) fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// A name as one document shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) family: String,
    pub(crate) given: String,
}

/// One person: which they are, and the different ways in which their name is written.
pub(crate) struct Invented {
    pub(crate) nation: &'static str,
    pub(crate) who: (String, String),
    pub(crate) shown: Vec<Shown>,
}

struct Nation {
    name: &'static str,
    families: &'static [&'static str],
    givens: &'static [&'static str],
    /// Endings of given names that the language glues on.
    tails: &'static [&'static str],
    practices: &'static [Practice],
}

#[rustfmt::skip]
const NATIONS: &[Nation] = &[
    Nation {
        name: "Uzbek",
        families: &[
            "Қодиров", "Ҳасанов", "Ғуломов", "Жўраев", "Рўзиев", "Йўлдошев", "Холматов", "Тошматов", "Эргашев",
            "Мирзаев", "Абдуллаев", "Раҳмонов", "Каримов", "Юсупов", "Умаров", "Исмоилов", "Хўжаев", "Ўктамов",
            "Назаров", "Саидов", "Шарипов", "Турсунов", "Норматов", "Бозоров", "Қосимов", "Солиев", "Ёқубов",
            "Яҳёев", "Зокиров", "Ҳамидов", "Ғафуров", "Очилов", "Пўлатов", "Шомуродов", "Чориев", "Қурбонов",
        ],
        givens: &[
            "Акмал", "Ботир", "Баҳодир", "Жасур", "Дилшод", "Ўткир", "Шуҳрат", "Ғайрат", "Ҳусан", "Қаҳрамон",
            "Феруза", "Гулнора", "Дилноза", "Зуҳра", "Мухаббат", "Нигора", "Шаҳноза", "Юлдуз", "Ёрқин",
            "Хуршида", "Абдулазиз", "Муҳаммад", "Элёр", "Исломбек", "Тоҳир",
        ],
        tails: &["", "", "жон", "бек"],
        practices: &[Practice::UzbekLatin, Practice::Turkic, Practice::English],
    },
    Nation {
        name: "Tajik",
        families: &[
            "Раҳимов", "Ҷӯраев", "Қодирӣ", "Ҳакимов", "Шарифзода", "Назарзода", "Ғаниев", "Сафаров", "Мирзоев",
            "Давлатов", "Холов", "Бобоев", "Қурбонзода", "Одинаев", "Саидзода", "Ёров", "Ҷабборов", "Файзиев",
        ],
        givens: &[
            "Ҷамшед", "Рустам", "Фаррух", "Зафар", "Меҳрубон", "Парвиз", "Нигина", "Мадина", "Сиёвуш", "Баҳром",
            "Ҷовид", "Шаҳло", "Фирӯз", "Дилбар", "Хуршед", "Умед",
        ],
        tails: &[""],
        practices: &[Practice::Tajik, Practice::Icao, Practice::English],
    },
    Nation {
        name: "Kazakh",
        families: &[
            "Қасымов", "Нұрланов", "Әбдіров", "Жұмабаев", "Тоқаев", "Мұхаметжанов", "Сәрсенов", "Өтегенов",
            "Байжанов", "Қуанышев", "Ермеков", "Иманғалиев", "Төлегенов", "Шәріпов", "Бекмұратов", "Есенов",
        ],
        givens: &[
            "Нұрсұлтан", "Айгүл", "Қайрат", "Ержан", "Әсел", "Жанар", "Бауыржан", "Гүлнар", "Ұлан", "Мәдина",
            "Серік", "Дәурен", "Тимур", "Ақмарал", "Өмір", "Сәуле",
        ],
        tails: &[""],
        practices: &[Practice::Kazakh, Practice::Icao, Practice::English],
    },
    Nation {
        name: "Kyrgyz",
        families: &[
            "Жээнбеков", "Атамбаев", "Бакиев", "Өмүралиев", "Токтогулов", "Сыдыков", "Мамытов", "Жапаров",
            "Түркменов", "Асанов", "Бейшеналиев", "Чыныбаев", "Абдыкадыров", "Үсөнов",
        ],
        givens: &[
            "Бакыт", "Нурлан", "Айжан", "Жаныл", "Эркин", "Гүлзат", "Канат", "Чолпон", "Үмүт", "Талант",
            "Мээрим", "Азамат", "Кубаныч",
        ],
        tails: &["", "", "бек"],
        practices: &[Practice::Kazakh, Practice::Icao, Practice::English],
    },
    Nation {
        name: "Turkmen",
        families: &[
            "Annaýew", "Gurbanow", "Orazow", "Ataýew", "Mämmedow", "Hojaýew", "Nuryýew", "Çaryýew", "Saparow",
            "Durdyýew", "Şiriňow", "Öwezow", "Ýazmyradow", "Garajaýew", "Taňryberdiýew",
        ],
        givens: &[
            "Ýazgeldi", "Gülşirin", "Myrat", "Aýna", "Jeren", "Maksat", "Oguljahan", "Döwlet", "Begenç",
            "Selbi", "Serdar", "Läle",
        ],
        tails: &[""],
        practices: &[Practice::Turkic, Practice::Icao, Practice::English],
    },
    Nation {
        name: "Russian",
        families: &[
            "Иванов", "Кузнецов", "Соловьёв", "Щербаков", "Чернышёв", "Юдин", "Яковлев", "Жуков", "Цветков",
            "Хохлов", "Ефимов", "Зайцев", "Фёдоров", "Ларионов", "Рыжов", "Шестаков", "Объедков", "Мельников",
        ],
        givens: &[
            "Сергей", "Юлия", "Алексей", "Ксения", "Илья", "Татьяна", "Фёдор", "Евгений", "Наталья", "Андрей",
            "Любовь", "Дмитрий", "Яна", "Михаил",
        ],
        tails: &[""],
        practices: &[Practice::Icao, Practice::English],
    },
];

/// Persian names: in Arabic script and as passports and newspapers write them.
const PERSIAN_FAMILIES: &[(&str, &[&str])] = &[
    ("محمدی", &["MOHAMMADI", "MOHAMADI", "MUHAMMADI"]),
    ("رضایی", &["REZAEI", "REZAI", "REZAYI"]),
    ("کریمی", &["KARIMI", "KAREEMI"]),
    ("حسینی", &["HOSSEINI", "HUSAINI", "HOSEYNI"]),
    ("رحیمی", &["RAHIMI", "RAHEEMI"]),
    ("صادقی", &["SADEGHI", "SADEQI"]),
    ("قاسمی", &["GHASEMI", "QASEMI"]),
    ("نوری", &["NOURI", "NURI", "NOORI"]),
    ("جعفری", &["JAFARI", "JAAFARI"]),
    ("احمدی", &["AHMADI"]),
    ("شریفی", &["SHARIFI", "SHAREEFI"]),
    ("تاجیک", &["TAJIK", "TAJEEK"]),
];

const PERSIAN_GIVENS: &[(&str, &[&str])] = &[
    ("علی", &["ALI"]),
    ("محمد", &["MOHAMMAD", "MUHAMMAD", "MOHAMMED"]),
    ("فاطمه", &["FATEMEH", "FATIMA", "FATEMA"]),
    ("زهرا", &["ZAHRA"]),
    ("حسن", &["HASSAN", "HASAN"]),
    ("مریم", &["MARYAM", "MARIAM"]),
    ("داود", &["DAVOOD", "DAVUD", "DAWOOD"]),
    ("سعید", &["SAEED", "SAID", "SAEID"]),
    ("نرگس", &["NARGES", "NARGIS"]),
    ("یوسف", &["YOUSEF", "YUSUF", "YOUSSEF"]),
];

/// As many different people as asked for, or as the components allow.
pub(crate) fn people(count: usize, draw: &mut Draw) -> Vec<Invented> {
    let mut people = Vec::with_capacity(count);
    let mut known = std::collections::BTreeSet::new();
    while people.len() < count {
        let one = if draw.below(8) == 0 { persian(draw) } else { other(draw) };
        if known.insert(one.who.clone()) {
            people.push(one);
        }
    }
    people
}

fn other(draw: &mut Draw) -> Invented {
    let nation = &NATIONS[draw.below(NATIONS.len())];
    let (family, given) = (draw.of(nation.families), draw.of(nation.givens));
    let feminine = given.ends_with(['а', 'я', 'a'])
        && ["ов", "ев", "ёв", "ин", "ow", "ew"].iter().any(|e| family.ends_with(e));
    let latin = family.is_ascii() || family.chars().any(|c| c.is_ascii_alphabetic());
    let family =
        if feminine { format!("{family}{}", if latin { "a" } else { "а" }) } else { family.to_owned() };
    let given = format!("{given}{}", if feminine { "" } else { draw.of(nation.tails) });
    let mut shown = vec![Shown { family: family.clone(), given: given.clone() }];
    for practice in nation.practices {
        shown.push(written(&family, &given, *practice));
    }
    if !latin {
        // A Russian document of the same person: respelt in Russian, then written as Russian offices do.
        let (family, given) = (russian(&family, nation.name), russian(&given, nation.name));
        shown.push(written(&family, &given, Practice::Icao));
        shown.push(written(&family, &given, Practice::English));
    }
    shown.sort();
    shown.dedup();
    Invented { nation: nation.name, who: (family, given), shown }
}

fn written(family: &str, given: &str, practice: Practice) -> Shown {
    Shown { family: latin_name(family, practice), given: latin_name(given, practice) }
}

fn persian(draw: &mut Draw) -> Invented {
    let (family, families) = draw.of(PERSIAN_FAMILIES);
    let (given, givens) = draw.of(PERSIAN_GIVENS);
    let mut shown = vec![Shown { family: family.to_owned(), given: given.to_owned() }];
    for family in families {
        for given in givens {
            shown.push(Shown { family: (*family).to_owned(), given: (*given).to_owned() });
        }
    }
    Invented { nation: "Persian", who: (family.to_owned(), given.to_owned()), shown }
}

/// A name of the region as Russian offices spell it: letters that Russian lacks, О of Uzbek and Tajik as А, Ж as Дж.
fn russian(name: &str, nation: &str) -> String {
    let stem_end = ["ов", "ев", "ова", "ева", "зода"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .map_or(name.len(), str::len);
    let (stem, ending) = name.split_at(stem_end);
    let southern = matches!(nation, "Uzbek" | "Tajik");
    let mut out = String::new();
    for c in stem.chars() {
        match c {
            'Қ' => out.push('К'),
            'қ' => out.push('к'),
            'Ҳ' | 'Һ' => out.push('Х'),
            'ҳ' | 'һ' => out.push('х'),
            'Ғ' => out.push('Г'),
            'ғ' => out.push('г'),
            'Ў' | 'Ӯ' | 'Ү' | 'Ұ' => out.push('У'),
            'ў' | 'ӯ' | 'ү' | 'ұ' => out.push('у'),
            'Ҷ' => out.push_str("Дж"),
            'ҷ' => out.push_str("дж"),
            'Ж' if southern => out.push_str("Дж"),
            'ж' if southern => out.push_str("дж"),
            'Ә' => out.push('А'),
            'ә' => out.push('а'),
            'Ө' => out.push('О'),
            'ө' => out.push('о'),
            'ң' => out.push('н'),
            'і' => out.push('и'),
            'ӣ' => out.push('и'),
            'о' if southern => out.push('а'),
            'О' if southern => out.push('А'),
            'и' if out.ends_with(['К', 'к']) && southern => out.push('ы'),
            other => out.push(other),
        }
    }
    out.push_str(if ending == "зода" { "заде" } else { ending });
    out
}

/// The same writing once more with a habit that the key's rules do not know, or a clerk's slip: a voiceless ending (Murod,
/// Murat), G for a Russian H (Ibrohim, Ibragim), a letter left out, two letters swapped, one letter for another.
pub(crate) fn slipped(shown: &Shown, draw: &mut Draw) -> Shown {
    let family = latin_name(&shown.family, Practice::English);
    let given = latin_name(&shown.given, Practice::English);
    let mut letters: Vec<char> = given.chars().collect();
    let at = 1 + draw.below(letters.len().max(3) - 2);
    match draw.below(5) {
        0 => return Shown { family, given: given.replace("KH", "G").replace('H', "G") },
        1 => {
            if let Some(last) = letters.last_mut() {
                *last = match *last {
                    'D' => 'T',
                    'B' => 'P',
                    'Z' => 'S',
                    other => other,
                };
            }
        }
        2 if at < letters.len() => {
            letters.remove(at);
        }
        3 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ if at < letters.len() => letters[at] = draw.of(&['A', 'E', 'I', 'L', 'M', 'N', 'R', 'S', 'T']),
        _ => {}
    }
    Shown { family, given: letters.into_iter().collect() }
}
