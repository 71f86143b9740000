//! A second population, which nobody looked at while the key's rules were written: other names, and other offices. How each
//! office writes is spelled out here letter by letter and does not come from the crate that is measured.

use crate::people::{Draw, Invented, Shown};

/// A way of writing Cyrillic: pairs of lower-case letters and what is written for them, tried in order.
type Office = &'static [(&'static str, &'static str)];

struct Nation {
    name: &'static str,
    families: &'static [&'static str],
    givens: &'static [&'static str],
    offices: &'static [Office],
}

/// What all offices agree on.
const COMMON: Office = &[
    ("а", "a"),
    ("б", "b"),
    ("в", "v"),
    ("г", "g"),
    ("д", "d"),
    ("е", "e"),
    ("з", "z"),
    ("и", "i"),
    ("к", "k"),
    ("л", "l"),
    ("м", "m"),
    ("н", "n"),
    ("о", "o"),
    ("п", "p"),
    ("р", "r"),
    ("с", "s"),
    ("т", "t"),
    ("у", "u"),
    ("ф", "f"),
    ("ч", "ch"),
    ("ш", "sh"),
    ("щ", "shch"),
    ("ы", "y"),
    ("ь", ""),
    ("ъ", ""),
    ("э", "e"),
    ("і", "i"),
];

/// Uzbek passports of today.
const UZBEK: Office = &[
    ("ў", "o'"),
    ("ғ", "g'"),
    ("қ", "q"),
    ("ҳ", "h"),
    ("х", "x"),
    ("ж", "j"),
    ("й", "y"),
    ("ё", "yo"),
    ("ю", "yu"),
    ("я", "ya"),
    ("ц", "s"),
    ("ы", "i"),
];
/// The same before 1995, through Russian.
const SOVIET: Office = &[
    ("ў", "u"),
    ("ғ", "g"),
    ("қ", "k"),
    ("ҳ", "kh"),
    ("х", "kh"),
    ("ж", "dzh"),
    ("й", "i"),
    ("ё", "e"),
    ("ю", "iu"),
    ("я", "ia"),
    ("ц", "ts"),
    ("ы", "y"),
    ("ӯ", "u"),
    ("ҷ", "dzh"),
    ("ӣ", "i"),
    ("ә", "a"),
    ("ө", "o"),
    ("ү", "u"),
    ("ұ", "u"),
    ("ң", "n"),
];
/// A French reader's consulate.
const FRENCH: Office = &[
    ("ў", "ou"),
    ("ғ", "gh"),
    ("қ", "q"),
    ("ҳ", "h"),
    ("х", "kh"),
    ("ж", "dj"),
    ("й", "i"),
    ("ё", "io"),
    ("ю", "iou"),
    ("я", "ia"),
    ("ц", "ts"),
    ("ы", "y"),
    ("ч", "tch"),
    ("ш", "ch"),
    ("у", "ou"),
    ("ӯ", "ou"),
    ("ҷ", "dj"),
    ("ӣ", "i"),
    ("ә", "a"),
    ("ө", "o"),
    ("ү", "u"),
    ("ұ", "ou"),
    ("ң", "n"),
];
/// Tajik passports of today.
const TAJIK: Office = &[
    ("ғ", "gh"),
    ("қ", "q"),
    ("ҳ", "h"),
    ("х", "kh"),
    ("ж", "zh"),
    ("й", "y"),
    ("ё", "yo"),
    ("ю", "yu"),
    ("я", "ya"),
    ("ц", "ts"),
    ("ӯ", "u"),
    ("ҷ", "j"),
    ("ӣ", "i"),
];
/// Kazakh and Kyrgyz passports of today.
const KAZAKH: Office = &[
    ("ғ", "g"),
    ("қ", "k"),
    ("һ", "h"),
    ("х", "kh"),
    ("ж", "zh"),
    ("й", "y"),
    ("ё", "yo"),
    ("ю", "yu"),
    ("я", "ya"),
    ("ц", "ts"),
    ("ы", "y"),
    ("ә", "a"),
    ("ө", "o"),
    ("ү", "u"),
    ("ұ", "u"),
    ("ң", "ng"),
];
/// The Kazakh Latin alphabet that is being introduced.
const KAZAKH_LATIN: Office = &[
    ("ғ", "ğ"),
    ("қ", "q"),
    ("һ", "h"),
    ("х", "h"),
    ("ж", "j"),
    ("й", "i"),
    ("ё", "io"),
    ("ю", "iu"),
    ("я", "ia"),
    ("ц", "ts"),
    ("ы", "y"),
    ("ә", "ä"),
    ("ө", "ö"),
    ("ү", "ü"),
    ("ұ", "ū"),
    ("ң", "ñ"),
    ("ш", "ş"),
    ("ч", "ch"),
];

#[rustfmt::skip]
const NATIONS: &[Nation] = &[
    Nation {
        name: "Uzbek",
        families: &[
            "Тўраев", "Маҳмудов", "Расулов", "Нурматов", "Эшонқулов", "Бердиев", "Жалолов", "Худойбердиев", "Азимов",
            "Ғаниев", "Мўминов", "Тожибоев", "Ўринов", "Зиёев", "Қаюмов", "Раззоқов", "Шукуров", "Ҳошимов", "Олимов",
            "Жабборов", "Хасанбоев", "Ғойибов", "Сафаров", "Бўриев", "Омонов", "Тилавов", "Узоқов", "Алимуҳамедов",
            "Шоюсупов", "Мадраҳимов", "Юнусов", "Яхшибоев",
        ],
        givens: &[
            "Бобур", "Сардор", "Хуршид", "Жамолиддин", "Азиза", "Малика", "Шоҳрух", "Фарҳод", "Наргиза", "Озода",
            "Ислом", "Қодир", "Раъно", "Ўғилой", "Ғолиб", "Эркин", "Зилола", "Обид", "Сирожиддин", "Тўлқин", "Умида",
            "Ёдгор", "Юсуф", "Ҳикмат",
        ],
        offices: &[UZBEK, SOVIET, FRENCH],
    },
    Nation {
        name: "Tajik",
        families: &[
            "Ҳасанзода", "Шоев", "Муродов", "Ҷалилов", "Ғафуров", "Қаландаров", "Восиев", "Зоиров", "Исматов",
            "Нуриддинов", "Тоҷиев", "Ҳоҷиев", "Ятимов", "Юлдошев", "Саломов", "Пӯлодов", "Хуҷандӣ", "Амиршоев",
        ],
        givens: &[
            "Далер", "Шаҳноза", "Фирдавс", "Ҷамолиддин", "Зуҳро", "Сомон", "Ҳусейн", "Манижа", "Хусрав", "Анӯша",
            "Тахмина", "Ғуломҷон", "Искандар", "Рухшона", "Ёсамин",
        ],
        offices: &[TAJIK, SOVIET, FRENCH],
    },
    Nation {
        name: "Kazakh",
        families: &[
            "Сейітқали", "Әлімжанов", "Дүйсенов", "Жақыпов", "Кенжебаев", "Оразбеков", "Құдайбергенов", "Мырзахметов",
            "Нұрғалиев", "Сүлейменов", "Тұрсынов", "Үмбетов", "Шаймерденов", "Ысқақов", "Бөкейханов", "Ғаббасов",
            "Хамитов", "Ахметов", "Досжанов",
        ],
        givens: &[
            "Асқар", "Гүлмира", "Данияр", "Әйгерім", "Жандос", "Қуаныш", "Мұрат", "Нұрлан", "Өркен", "Сәкен", "Төлеген",
            "Ұлпан", "Шынар", "Ырысты", "Ботагөз", "Ғалым",
        ],
        offices: &[KAZAKH, KAZAKH_LATIN, SOVIET],
    },
    Nation {
        name: "Kyrgyz",
        families: &[
            "Абдырахманов", "Байтемиров", "Жумабеков", "Исаков", "Кожомкулов", "Мамбетов", "Орозов", "Сариев",
            "Турдубаев", "Үсөналиев", "Чекиров", "Шаршенов", "Эсенгулов", "Өскөнбаев",
        ],
        givens: &[
            "Айбек", "Бермет", "Гүлнара", "Жыргал", "Кыял", "Максат", "Назгүл", "Өмүрбек", "Санжар", "Темир", "Үпөл",
            "Чынара", "Эрмек",
        ],
        offices: &[KAZAKH, SOVIET, FRENCH],
    },
    Nation {
        name: "Russian",
        families: &[
            "Афанасьев", "Быков", "Воронцов", "Гаврилов", "Дьяков", "Ершов", "Журавлёв", "Зубков", "Исаев", "Королёв",
            "Лыткин", "Мухин", "Никифоров", "Пономарёв", "Рябов", "Цыганков", "Чехов", "Шишкин", "Щукин", "Ясенев",
        ],
        givens: &[
            "Виктория", "Григорий", "Екатерина", "Жанна", "Игорь", "Кирилл", "Людмила", "Максим", "Олег", "Полина",
            "Роман", "Степан", "Ульяна", "Юрий", "Эдуард",
        ],
        offices: &[SOVIET, FRENCH, TAJIK],
    },
];

/// Afghan names: in Arabic script and as Dari and Pashto speakers' documents write them.
#[rustfmt::skip]
const AFGHAN_FAMILIES: &[(&str, &[&str])] = &[
    ("احمدزی", &["AHMADZAI", "AHMADZAY"]), ("امیری", &["AMIRI", "AMEERI"]), ("حیدری", &["HAIDARI", "HEYDARI", "HAYDARI"]),
    ("نظری", &["NAZARI"]), ("اکبری", &["AKBARI"]), ("سلطانی", &["SULTANI", "SOLTANI"]), ("یوسفی", &["YOUSUFI", "YOSOFI", "YUSUFI"]),
    ("غفوری", &["GHAFOORI", "GHAFURI"]), ("قادری", &["QADERI", "QADIRI"]), ("ابراهیمی", &["EBRAHIMI", "IBRAHIMI"]),
    ("صدیقی", &["SIDDIQI", "SEDIQI", "SADIQI"]), ("هاشمی", &["HASHEMI", "HASHIMI"]),
];

#[rustfmt::skip]
const AFGHAN_GIVENS: &[(&str, &[&str])] = &[
    ("احمد", &["AHMAD", "AHMED"]), ("حامد", &["HAMED", "HAMID"]), ("نجیب", &["NAJIB", "NAJEEB"]), ("لیلا", &["LAILA", "LEILA", "LAYLA"]),
    ("فرید", &["FARID", "FAREED"]), ("شفیق", &["SHAFIQ", "SHAFEEQ"]), ("زینب", &["ZAINAB", "ZEINAB"]), ("قاسم", &["QASIM", "QASEM"]),
    ("ذبیح", &["ZABIH"]), ("طاهر", &["TAHER", "TAHIR"]), ("نادیه", &["NADIA", "NADIYA"]),
];

/// As many different people as asked for, or as the components allow.
pub(crate) fn people(count: usize, draw: &mut Draw) -> Vec<Invented> {
    let mut people = Vec::with_capacity(count);
    let mut known = std::collections::BTreeSet::new();
    while people.len() < count {
        let one = if draw.below(10) == 0 { afghan(draw) } else { other(draw) };
        if known.insert(one.who.clone()) {
            people.push(one);
        }
    }
    people
}

fn other(draw: &mut Draw) -> Invented {
    let nation = &NATIONS[draw.below(NATIONS.len())];
    let given = draw.of(nation.givens);
    let family = draw.of(nation.families);
    let feminine =
        given.ends_with(['а', 'я']) && ["ов", "ев", "ёв", "ин"].iter().any(|e| family.ends_with(e));
    let family = if feminine { format!("{family}а") } else { family.to_owned() };
    let mut shown = vec![Shown { family: family.clone(), given: given.to_owned() }];
    for office in nation.offices {
        shown.push(Shown { family: written(&family, office), given: written(given, office) });
    }
    shown.sort();
    shown.dedup();
    Invented { nation: nation.name, who: (family, given.to_owned()), shown }
}

fn written(name: &str, office: Office) -> String {
    let mut out = String::new();
    for c in name.to_lowercase().chars() {
        let of =
            |office: Office| office.iter().find(|(letter, _)| letter.chars().eq([c])).map(|(_, said)| *said);
        match of(office).or_else(|| of(COMMON)) {
            Some(said) => out.push_str(said),
            None => panic!("{c} of {name}: no office writes it"),
        }
    }
    out.to_uppercase()
}

fn afghan(draw: &mut Draw) -> Invented {
    let (family, families) = draw.of(AFGHAN_FAMILIES);
    let (given, givens) = draw.of(AFGHAN_GIVENS);
    let mut shown = vec![Shown { family: family.to_owned(), given: given.to_owned() }];
    for family in families {
        for given in givens {
            shown.push(Shown { family: (*family).to_owned(), given: (*given).to_owned() });
        }
    }
    Invented { nation: "Afghan", who: (family.to_owned(), given.to_owned()), shown }
}
