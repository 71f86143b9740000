//! Words that put a second person beside a first: `с женой`, `+1`, `семья (4 чел)`, `bilan`, and names of two people that follow
//! one another without a sign between them.

use super::fold::fold;
use super::names::{is_child_of, is_patronymic};

/// Relatives and companions as they stand behind `с` and `with`, in any case: no name is spelt so.
const BESIDE: [&str; 31] = [
    "женой",
    "мужем",
    "ребенком",
    "детьми",
    "сыном",
    "дочерью",
    "дочкой",
    "сыновьями",
    "дочерьми",
    "братом",
    "сестрой",
    "супругой",
    "супругом",
    "семьей",
    "семьею",
    "семья",
    "семьи",
    "матерью",
    "отцом",
    "мамой",
    "папой",
    "внуком",
    "внучкой",
    "младенцем",
    "родителями",
    "попутчиком",
    "чел",
    "человек",
    "человека",
    "группа",
    "группой",
];

/// The same in languages that do not bend them; some are names elsewhere, so they count beside another sign only.
const RELATIVES: [&str; 47] = [
    "ребенок",
    "ребенка",
    "ребенку",
    "дети",
    "детей",
    "сын",
    "сына",
    "дочь",
    "дочка",
    "жена",
    "жену",
    "муж",
    "мужа",
    "супруга",
    "супруг",
    "младенец",
    "младенца",
    "брат",
    "сестра",
    "внук",
    "внучка",
    "child",
    "children",
    "kid",
    "kids",
    "infant",
    "infants",
    "baby",
    "daughter",
    "wife",
    "husband",
    "spouse",
    "family",
    "bola",
    "bolalar",
    "bolasi",
    "farzand",
    "farzandi",
    "xotini",
    "oilasi",
    "бола",
    "болалар",
    "боласи",
    "фарзанд",
    "фарзанди",
    "хотини",
    "оиласи",
];

/// How a family is called by its name alone.
const PLURALS: [&str; 8] = ["овы", "евы", "ёвы", "овых", "евых", "ские", "ovlar", "evlar"];

/// Endings of surnames as the region has them. Given names with such an ending (`Константин`, `Шамсиддин`) are why `-ин` alone is none.
const SURNAMES: [&str; 24] = [
    "ов",
    "ев",
    "ова",
    "ева",
    "ский",
    "ская",
    "цкий",
    "цкая",
    "ьин",
    "ьина",
    "хин",
    "хина",
    "шкин",
    "шкина",
    "цын",
    "цына",
    "ov",
    "ev",
    "ova",
    "eva",
    "skiy",
    "skaya",
    "sky",
    "skii",
];

/// Does a text name somebody of a family: a child, a wife, a brother?
pub(super) fn is_of_kin(text: &str) -> bool {
    let folded = fold(text);
    folded.split(' ').any(|word| BESIDE.contains(&word) || RELATIVES.contains(&word))
}

/// Do words in a name say that somebody travels along: `с женой`, `with infant`, `+1`, `4 чел`, `oilasi bilan`? A word for what the
/// person is (`(ребёнок)`, `CHD`) says nothing of another.
pub(super) fn tells_of_company(text: &str) -> bool {
    if text.contains('+') {
        return true;
    }
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(64).collect();
    let named = |place: usize| words.get(place).is_some_and(|word| !is_relative(word));
    let and = |place: usize| words.get(place).is_some_and(|word| matches!(*word, "и" | "and" | "va" | "ва"));
    words.iter().enumerate().any(|(place, word)| {
        BESIDE.contains(word)
            || matches!(*word, "with" | "plus" | "bilan" | "билан" | "oilasi" | "оиласи" | "семья" | "family")
            // `Алиев Анвар сын Али`: a relative between names, or behind a word for "and".
            || (is_relative(word) && place > 0 && named(place - 1) && (named(place + 1) || and(place - 1)))
    })
}

fn is_relative(word: &str) -> bool {
    RELATIVES.contains(&word)
}

/// Do the words of a whole name tell of two: surnames that come again, a family's plural, `Алиев А. Бабаев Б.`?
pub(super) fn tells_of_two_names(text: &str) -> bool {
    let outside = text.split('(').next().unwrap_or_default();
    let words: Vec<&str> = outside
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| word.contains(char::is_alphabetic))
        .take(16)
        .collect();
    if words.len() > 1 && words.iter().any(|word| ends(word, &PLURALS)) {
        return true;
    }
    initials(&words) || surnames(&words)
}

/// A surname with initials behind it, twice.
fn initials(words: &[&str]) -> bool {
    let is_initial = |word: &str| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        word.contains('.')
            && (1..=3).contains(&letters)
            && word.ends_with('.')
            && word.split('.').all(|part| part.chars().count() <= 2)
    };
    let pairs = words.windows(2).filter(|pair| {
        matches!(pair, [name, initial] if !is_initial(name) && name.chars().count() > 2 && is_initial(initial))
    });
    pairs.count() > 1
}

/// Two surnames in four words or more. A double surname in front of a father's name is one person's, and what stands before
/// `оглы` is a father's.
fn surnames(words: &[&str]) -> bool {
    let of_father = words.iter().position(|word| is_child_of(word)).and_then(|place| place.checked_sub(1));
    let places: Vec<usize> = words
        .iter()
        .enumerate()
        .filter(|(place, word)| Some(*place) != of_father && ends_as_surname(word))
        .map(|(place, _)| place)
        .collect();
    let double = places.as_slice() == [0, 1] && words.last().is_some_and(|last| is_patronymic(last));
    words.len() > 3 && places.len() > 1 && !double
}

/// Does a word end as the region's surnames do?
pub(super) fn ends_as_surname(word: &str) -> bool {
    ends(word, &SURNAMES)
}

fn ends(word: &str, endings: &[&str]) -> bool {
    let plain = word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    plain.chars().count() > 4 && endings.iter().any(|end| plain.ends_with(end))
}

/// Two surnames in the column of surnames and two names in that of names: `Бабаев Саидов`, `Ботир Саид`.
pub(super) fn tells_of_two_in_parts(surname: &str, given: &str) -> bool {
    let surnames: Vec<&str> = surname.split_whitespace().collect();
    let given: Vec<&str> = given.split_whitespace().collect();
    surnames.len() > 1
        && surnames.iter().all(|word| ends_as_surname(word))
        && given.len() > 1
        && !given.iter().any(|word| is_patronymic(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one() {
        for one in [
            "Юсупов Ёркин Бахтиёрович",
            "Каримова Нигора Рустам кизи",
            "KARIMOV AZIZ BAXTIYOR O'G'LI",
            "Алиев Анвар Рустамов угли",
            "Мамедов Али Гасан оглы",
            "Мамедова Лейла Гасан кызы",
            "Toshmatov Anvar Rustamoʻgʻli",
            "Абдуллаев Мухаммад Юсуф",
            "Абдуллаев Мухаммад Юсуф Рустамович",
            "Оспанов Мухаммад-Али Рустамович",
            "Иванова Петрова Анна Сергеевна",
            "Петров-Водкин Кузьма Сергеевич",
            "Римский-Корсаков Николай Андреевич",
            "Константинов Константин Константинович",
            "Каримов Шамсиддин Фахриддин угли",
            "аль-Рашид Мухаммад ибн Салман",
            "Абу Али Хусейн ибн Абдуллах ибн Сина",
            "Muhammad Ali bin Ahmad al Farsi",
            "ABDUL RAHMAN ABDUL RAHIM KHAN",
            "Перес Гарсия Хуан Карлос",
            "GARCIA LOPEZ MARIA JOSE DEL CARMEN",
            "Да Силва Перейра Жоао Педро",
            "VAN DER BERG JAN PETER",
            "Мирзоев Сафарали Холмуродович",
            "Раҳмонов Эмомалӣ Шарифович",
            "Nguyen Van Son",
            "Ким Чен Ир",
            "Oʻgʻuloy Tursunova Karim qizi",
            "Smith John Paul George",
            "Омаров Е.К.",
            "Smith J. R.",
            "J. R. Smith",
            "Димитров Георгиев Петър",
            "Алиев Али (ребёнок)",
            "Алиева Оиша (дочь)",
            "Aliyev Ali (child)",
            "Иванова (Петрова) Анна Сергеевна",
            "Ниязов Сердар Аманович",
            "Жумабаев Нұрлан Серікұлы",
            "Asanov Bakyt Talantovich",
            "Асанов Бакыт Талант уулу",
            "Бола Ахмед",
        ] {
            assert!(!tells_of_company(one) && !tells_of_two_names(one), "{one}");
        }
        for (surname, given) in [
            ("Иванова Петрова", "Анна"),
            ("Garcia Lopez", "Maria Jose"),
            ("Петров-Водкин", "Кузьма"),
            ("Иванова Петрова", "Анна Сергеевна"),
            ("Каримов", "Мухаммад Али"),
        ] {
            assert!(!tells_of_two_in_parts(surname, given), "{surname} {given}");
        }
    }

    #[test]
    fn names_of_several() {
        for two in [
            "Алиев Анвар Бабаев Ботир",
            "Алиев Анвар Каримов Камол Турсунов",
            "Anvar Aliyev Botir Babayev",
            "ALIYEV ANVAR BABAYEV BOTIR",
            "Алиев Анвар Рустамович Бабаев Ботир",
            "Алиев А. Бабаев Б.",
            "Алиев А.К. Бабаев Б.С.",
            "Алиевы Анвар Нигора Али",
            "семья Алиевых (4 чел)",
            "Группа туристов",
            "Алиев Анвар (с ребёнком)",
            "Алиев Анвар с женой",
            "АЛИЕВ АНВАР С ЖЕНОЙ",
            "Алиев Анвар +1",
            "Алиев Анвар + сын Али",
            "Алиев Анвар сын Али",
            "Aliyev Anvar with wife",
            "Aliyev Anvar with infant",
            "Aliyev Anvar oilasi bilan",
            "Алиев Анвар оиласи билан",
            "Алиев Анвар и ребенок",
            "Бабаев Саидов Ботир Саид",
            "Иванский Пётр Петровская Анна",
        ] {
            assert!(tells_of_company(two) || tells_of_two_names(two), "{two}");
        }
        assert!(tells_of_two_in_parts("Бабаев Саидов", "Ботир Саид"));
    }
}
