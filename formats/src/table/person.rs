//! A row of the list into a person.

use std::collections::BTreeMap;

use manifest::declared::NameId;
use manifest::declared::{
    Baggage, CrewMember, DeclaredDate, FormNote, Passenger, PathKey, PersonName, Said, TravelDocument,
};
use manifest::finding::{About, FindingCode, Severity};
use manifest::person::{CrewRole, Sex, TravelDocumentType};

use super::columns::Columns;
use super::dates::{self, Century, Doubt, Orders};
use super::grid::{Cell, Row};
use super::heading::Column;
use super::layout::{PersonRow, Section};
use super::page::{At, Page};
use super::stops::Stops;
use super::values::{count, document_type, is_dash, is_error, is_rounded, mass_of};
use super::{names, words};

/// Who a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Passenger,
    Crew(CrewRole),
}

/// Passenger or crew, by the row's own word, else by the section or sheet that it stands in.
pub(super) fn who(person: &PersonRow<'_>, columns: &Columns) -> Who {
    let text = |column| columns.persons.get(&column).map_or("", |place| person.row.text(*place));
    // `Driver` where others have their number is a role too.
    let said =
        words::value("role", text(Column::Role)).or_else(|| words::value("role", text(Column::Number)));
    match said {
        Some("PASSENGER") => Who::Passenger,
        Some(role) => Who::Crew(CrewRole::parse(role).unwrap_or(CrewRole::Other)),
        None => match person.section {
            Section::Passengers => Who::Passenger,
            Section::Crew => Who::Crew(CrewRole::Other),
            Section::Drivers => Who::Crew(CrewRole::Driver),
        },
    }
}

/// What every row of a table is read by.
pub(super) struct Table<'t> {
    pub(super) columns: &'t Columns,
    pub(super) sheet: NameId,
    pub(super) orders: &'t BTreeMap<Column, Orders>,
    pub(super) this_year: i32,
    pub(super) since_1904: bool,
    pub(super) text_limit: usize,
}

/// Columns of dates.
pub(super) const DATES: [Column; 3] = [Column::BirthDate, Column::DocumentExpiry, Column::DocumentIssued];

/// One row on its way into the contract.
pub(super) struct Reader<'t, 'p> {
    table: &'t Table<'t>,
    row: &'t Row,
    about: About,
    path: PathKey,
    text_path: String,
    page: &'p mut Page,
}

impl<'t, 'p> Reader<'t, 'p> {
    /// The reader of a row that becomes the element `index` of a list.
    pub(super) fn new(
        table: &'t Table<'t>,
        row: &'t Row,
        about: About,
        index: usize,
        page: &'p mut Page,
    ) -> Self {
        let (path, text_path) = if matches!(about, About::CrewMember(_)) {
            (PathKey::ROOT.item("crew_members", index), format!("crew_members[{index}]"))
        } else {
            let list = PathKey::ROOT.field("passenger_list").item("passengers", index);
            (list, format!("passenger_list.passengers[{index}]"))
        };
        page.mark(path, At { sheet: table.sheet, row: row.number, column: 0 });
        Self { table, row, about, path, text_path, page }
    }

    /// Notes that the row cannot be taken apart. Its words travel with the finding to the submitter.
    pub(super) fn unreadable(&mut self) {
        let at = At { sheet: self.table.sheet, row: self.row.number, column: 0 };
        let place = self.page.at(FindingCode::RowUnreadable, Severity::Blocking, at).place;
        let mut note = FormNote::row_unreadable(self.about, self.text_path.as_str(), self.row.number);
        note.place = place;
        self.page.push(note.original(self.row.joined()));
    }

    /// The row as a passenger, but for guardians, who are numbered at the end.
    pub(super) fn passenger(&mut self, stops: &Stops) -> Passenger {
        let pieces = self.text(Column::BaggagePieces, "baggage.piece_count");
        let mass = self.text(Column::BaggageMass, "baggage.mass_g");
        let declares = self.truth(Column::GoodsToDeclare, "baggage.goods_to_declare");
        let baggage = (!pieces.is_empty() || !mass.is_empty() || declares.is_some()).then(|| Baggage {
            piece_count: count(pieces),
            mass: mass_of(&mass),
            goods_to_declare: declares,
        });
        let stop = |text: String| (!text.is_empty()).then(|| stops.number(&text));
        Passenger {
            name: self.name(),
            birth_date: self.date(Column::BirthDate, "birth_date", Century::Past),
            sex: self.sex(),
            nationality_code: self.country(Column::Nationality, "nationality_code"),
            travel_documents: self.documents(),
            embark_stop_sequence: stop(self.text(Column::Boarding, "embark_stop_sequence")),
            debark_stop_sequence: stop(self.text(Column::Alighting, "debark_stop_sequence")),
            seat: self.text(Column::Seat, "seat"),
            booking_reference: self.text(Column::Ticket, "booking_reference"),
            baggage,
            guardian_passenger_number: None,
            group_leader: self.truth(Column::GroupLeader, "group_leader").unwrap_or(false),
            residence_country_code: self.country(Column::Residence, "residence_country_code"),
            boarded: self.truth(Column::Boarded, "boarded"),
        }
    }

    /// The row as a crew member.
    pub(super) fn crew_member(&mut self, role: CrewRole) -> CrewMember {
        CrewMember {
            name: self.name(),
            birth_date: self.date(Column::BirthDate, "birth_date", Century::Past),
            sex: self.sex(),
            nationality_code: self.country(Column::Nationality, "nationality_code"),
            travel_documents: self.documents(),
            role: Some(Said::Plain(role)),
        }
    }

    fn cell(&self, column: Column) -> Option<&'t Cell> {
        self.row.cell(self.table.columns.persons.get(&column).copied()?)
    }

    fn at(&self, cell: &Cell) -> At {
        At { sheet: self.table.sheet, row: self.row.number, column: cell.column }
    }

    /// The text of a column, its place noted under a field.
    fn text(&mut self, column: Column, field: &str) -> String {
        let Some(cell) = self.cell(column) else { return String::new() };
        let at = self.at(cell);
        self.page.mark(self.path.field(field), at);
        if cell.cut || cell.damaged {
            let path = format!("{}.{field}", self.text_path);
            self.page.look_at(cell, at, self.about, &path, self.table.text_limit);
        }
        if is_error(&cell.text) {
            // What a formula could not find is no value: `#N/A` is no number and `#REF!` nobody's name.
            let path = format!("{}.{field}", self.text_path);
            let note = self.page.at(FindingCode::ValueMalformed, Severity::Warning, at);
            let note = note.at(self.about, path.as_str()).original(&cell.text);
            self.page.push(note.parameter("form", "readable text"));
            return String::new();
        }
        cell.text.clone()
    }

    /// A text of a name, without the number that some lists write before it.
    fn name_text(&mut self, column: Column, field: &str) -> String {
        let text = self.text(column, field);
        let name = names::without_number(&text);
        if name.len() == text.len() { text } else { name.to_owned() }
    }

    fn name(&mut self) -> Option<PersonName> {
        let mut name = PersonName {
            family_name: self.name_text(Column::Surname, "name.family_name"),
            given_name: names::without_dash(self.text(Column::GivenName, "name.given_name")),
            patronymic: names::father(self.text(Column::Patronymic, "name.patronymic")),
            script_code: String::new(),
            native_full_name: String::new(),
        };
        let both = self.text(Column::GivenAndPatronymic, "name.given_name");
        if !both.is_empty() {
            (name.given_name, name.patronymic) = names::given_and_patronymic(&both);
        }
        let native = self.name_text(Column::NativeFullName, "name.native_full_name");
        let latin = self.name_text(Column::LatinFullName, "name.family_name");
        let full = self.name_text(
            Column::FullName,
            if latin.is_empty() { "name.family_name" } else { "name.native_full_name" },
        );
        // `Name` beside `Surname` is the given name.
        if !name.family_name.is_empty() && !full.is_empty() && name.given_name.is_empty() && latin.is_empty()
        {
            (name.given_name, name.patronymic) = names::given_and_patronymic(&full);
        } else if name.family_name.is_empty() {
            let whole = [&latin, &full, &native].into_iter().find(|text| !text.is_empty());
            if let Some(whole) = whole {
                name = names::split(whole);
            }
        }
        let second = if latin.is_empty() {
            &native
        } else if native.is_empty() {
            &full
        } else {
            &native
        };
        second.clone_into(&mut name.native_full_name);
        (name != PersonName::default()).then_some(name)
    }

    fn date(&mut self, column: Column, field: &str, century: Century) -> Option<DeclaredDate> {
        let text = self.text(column, field);
        if text.is_empty() || is_dash(&text) {
            return None;
        }
        let order = self.table.orders.get(&column).and_then(|orders| orders.order());
        // A day's number in a workbook that counts from 1904.
        let counted = self.table.since_1904.then(|| dates::since_1904(&text)).flatten();
        let read = counted.as_deref().unwrap_or(&text);
        let Some(day) = dates::date(read, order, century, self.table.this_year) else {
            return Some(DeclaredDate::Said { text, format: String::new() });
        };
        if let (Some(doubt), Some(cell)) = (day.doubt, self.cell(column)) {
            let weight = if doubt == Doubt::DayOrMonth { Severity::Warning } else { Severity::Note };
            let path = format!("{}.{field}", self.text_path);
            let note =
                self.page.at(FindingCode::DateAmbiguous, weight, self.at(cell)).at(self.about, path.as_str());
            self.page.push(note.original(&text).parameter("form", doubt.form()));
        }
        Some(DeclaredDate::Civil { year: day.year, month: day.month, day: day.day })
    }

    fn sex(&mut self) -> Option<Said<Sex>> {
        let text = self.text(Column::Sex, "sex");
        if text.is_empty() || is_dash(&text) {
            return None;
        }
        Some(words::value("sex", &text).and_then(Sex::parse).map_or(Said::Words(text), Said::Plain))
    }

    fn country(&mut self, column: Column, field: &str) -> String {
        let text = self.text(column, field);
        if text.is_empty() || is_dash(&text) { String::new() } else { words::country(&text) }
    }

    fn truth(&mut self, column: Column, field: &str) -> Option<bool> {
        let text = self.text(column, field);
        let known = words::value("truth", &text);
        match known {
            Some(word) => Some(word == "YES"),
            None if text.is_empty() || is_dash(&text) => {
                (is_dash(&text) && !text.is_empty()).then_some(false)
            }
            None => Some(matches!(text.as_str(), "+" | "✓" | "✔" | "V" | "v")),
        }
    }

    /// The travel document, and a visa behind it.
    fn documents(&mut self) -> Vec<TravelDocument> {
        let mut kind = self.text(Column::DocumentType, "travel_documents[0].type");
        let series = self.text(Column::DocumentSeries, "travel_documents[0].number");
        let mut number = self.text(Column::DocumentNumber, "travel_documents[0].number");
        let both = self.text(Column::Document, "travel_documents[0].number");
        if !both.is_empty() {
            let (word, rest) = names::kind_and_number(&both);
            kind = if kind.is_empty() { word } else { kind };
            number = if number.is_empty() { rest } else { number };
        } else if number.is_empty() && series.is_empty() && kind.bytes().any(|b| b.is_ascii_digit()) {
            // A column called `document` that holds both.
            (kind, number) = names::kind_and_number(&kind);
        } else if kind.is_empty() && number.contains(' ') {
            // A column called `passport` that says so again in front of the number.
            let (word, rest) = names::kind_and_number(&number);
            if words::value("document", &word).is_some() {
                (kind, number) = (word, rest);
            }
        }
        let (alone, words) = names::number_and_words(&number);
        if !words.is_empty() {
            if let Some(cell) = self.cell(Column::DocumentNumber) {
                let path = format!("{}.travel_documents[0].number", self.text_path);
                let note = self.page.at(FindingCode::ElementNotRead, Severity::Note, self.at(cell));
                let note = note.at(self.about, path.as_str()).original(words);
                self.page.push(note.parameter("field", "words behind the number"));
            }
            number = alone.to_owned();
        }
        if is_rounded(&number) {
            self.rounded(&number);
        }
        if kind.is_empty() && self.table.columns.passports && !number.is_empty() {
            kind = String::from("passport");
        }
        let issuer = self.text(Column::DocumentIssuer, "travel_documents[0].issuing_state_code");
        let document = TravelDocument {
            document_type: document_type(kind),
            number: [series, number].concat(),
            issuing_state_code: self.issuer(issuer),
            expiry_date: self.date(Column::DocumentExpiry, "travel_documents[0].expiry_date", Century::Near),
            issue_date: self.date(Column::DocumentIssued, "travel_documents[0].issue_date", Century::Near),
            mrz_lines: self.mrz_lines(),
        };
        let mut documents = Vec::new();
        if document != TravelDocument::default()
            && !(document.number.is_empty()
                && document.document_type.is_none()
                && document.mrz_lines.is_empty())
        {
            documents.push(document);
        }
        let place = format!("travel_documents[{}].number", documents.len());
        let visa = self.text(Column::VisaNumber, &place);
        if visa.bytes().any(|b| b.is_ascii_digit()) {
            let document_type = Some(Said::Plain(TravelDocumentType::Visa));
            documents.push(TravelDocument { document_type, number: visa, ..TravelDocument::default() });
        }
        documents
    }

    /// A state by name or code; an authority such as `ИИБ Юнусабад` is no state and is not read.
    fn issuer(&mut self, text: String) -> String {
        if text.is_empty() || is_dash(&text) {
            return String::new();
        }
        let code = words::country(&text);
        if code.len() <= 3 {
            return code;
        }
        if let Some(cell) = self.cell(Column::DocumentIssuer) {
            let path = format!("{}.travel_documents[0].issuing_state_code", self.text_path);
            let note = self.page.at(FindingCode::ElementNotRead, Severity::Note, self.at(cell));
            self.page.push(
                note.at(self.about, path.as_str()).original(text).parameter("field", "issuing authority"),
            );
        }
        String::new()
    }

    fn mrz_lines(&mut self) -> Vec<String> {
        let columns = [Column::MrzLine1, Column::MrzLine2, Column::MrzLine3];
        let mut lines = Vec::new();
        for column in columns {
            let text = self.text(column, "travel_documents[0].mrz_lines");
            lines.extend(
                text.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).map(str::to_owned),
            );
        }
        lines.truncate(3);
        lines
    }

    /// A document number that a table program turned into `1,23E+09`: digits are lost.
    fn rounded(&mut self, number: &str) {
        let Some(cell) = self.cell(Column::DocumentNumber) else { return };
        let path = format!("{}.travel_documents[0].number", self.text_path);
        let note = self.page.at(FindingCode::ValueMalformed, Severity::Blocking, self.at(cell));
        let note = note.at(self.about, path.as_str()).original(number);
        self.page.push(note.parameter("form", "number with all its digits, cell format Text"));
    }
}
