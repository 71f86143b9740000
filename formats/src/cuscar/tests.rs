//! Cargo reports: by road in our profile, and in the forms that the wild writes. Invented companies.

use manifest::Declared;
use manifest::consignment::{CustomsRegime, SealingParty};
use manifest::declared::{Cargo, DeclaredAmount, DeclaredInstant, DeclaredMass, Load, Said};
use manifest::finding::FindingCode;

use crate::{Cause, Given, Intent, Limits};

const LORRY: &str = include_str!("../../fixtures/edifact/lorry.edi");

fn read_with(text: &str, limits: &Limits) -> (Intent, Result<Declared, crate::Unreadable>) {
    let given = Given { reference: None, received_time: "2026-11-22T14:00:00Z".parse().unwrap() };
    let mut document = crate::read(text.as_bytes(), None, &given, limits).unwrap();
    assert_eq!(document.format, crate::Format::Cuscar);
    assert_eq!(document.messages.len(), 1);
    let message = document.messages.remove(0);
    (message.intent, message.content)
}

fn read(text: &str) -> (Intent, Declared) {
    let (intent, content) = read_with(text, &Limits::default());
    (intent, content.unwrap())
}

fn cargo(declared: &Declared) -> &Cargo {
    match &declared.load {
        Some(Load::Cargo(cargo)) => cargo,
        other => panic!("{other:?}"),
    }
}

/// A message with the right count around `segments`.
fn report(version: &str, segments: &str) -> String {
    let segments = segments.replace('\n', "");
    let count = segments.matches('\'').count() + 2;
    format!("UNB+UNOA:2+A+B+261122:1000+7'UNH+1+CUSCAR:{version}'{segments}UNT+{count}+1'UNZ+1+7'")
}

fn kg(mass: Option<&DeclaredMass>) -> String {
    match mass {
        Some(DeclaredMass::Said { amount, unit }) => format!("{amount} {unit}"),
        other => format!("{other:?}"),
    }
}

fn utc(instant: Option<&DeclaredInstant>) -> String {
    match instant {
        Some(DeclaredInstant::Instant { timestamp, .. }) => timestamp.to_string(),
        other => format!("{other:?}"),
    }
}

/// The name of a vehicle is no plate, unless it has the shape of one.
#[test]
fn a_name_is_a_plate_only_by_its_shape() {
    for (element, plate, code) in [
        ("01A123BC:215", "01A123BC", None),
        (":::01A123BC", "01A123BC", Some(FindingCode::FormRepaired)),
        (":::01 A 123 BC", "01 A 123 BC", Some(FindingCode::FormRepaired)),
        (":::KAMAZ 5490", "", Some(FindingCode::ElementNotRead)),
        (":::YUTONG", "", Some(FindingCode::ElementNotRead)),
        (":::SYNTHETIC STAR", "", Some(FindingCode::ElementNotRead)),
    ] {
        let text = format!(
            "UNB+UNOA:2+A+B+261122:1200+1'UNH+1+CUSCAR:D:99B:UN'BGM+85+X1+9'TDT+20++3+++++{element}'CNI+1+C1'\
             GID+1+1:PX'FTX+AAA+++BOXES'UNT+7+1'UNZ+1+1'"
        );
        let (_, declared) = read(&text);
        assert_eq!(declared.conveyance.as_ref().unwrap().registration, plate, "{element}");
        let about = declared.notes.iter().filter(|note| note.path.as_str() == "conveyance.registration");
        let told: Vec<_> = about.map(|note| (note.code, note.place.is_some())).collect();
        assert_eq!(told, code.map(|code| (code, true)).into_iter().collect::<Vec<_>>(), "{element}");
    }
}

#[test]
fn what_stands_twice_or_behind_a_separator_is_kept_or_noted() {
    let (_, report) = read(&report(
        "D:96B:UN",
        "BGM+85+SYN1+9'NAD+DR+123456:A++SYNTHETIC:BORIS:7110285071080'TDT+20++3++++++:::01A123BC'CNI+1+SYN'\
         TDT+20'RFF+ABT:00505655KOM20180523007139'GID+1+17:PX'FTX+AAA+++17 BOXES MEDICINES +20C HS-CODE 300490'\
         DGS+++1993'DGS+++1203'CST++660110:122+660200:122'",
    ));
    let consignment = &cargo(&report).consignments[0];
    assert_eq!(consignment.supporting_documents[0].reference, "00505655KOM20180523007139");
    let item = &consignment.goods_items[0];
    assert_eq!(item.description, "17 BOXES MEDICINES 20C HS-CODE 300490");
    assert_eq!(item.dangerous_goods.as_ref().unwrap().un_number, "1993");
    assert_eq!(item.hs_code, "660110");
    let fields: Vec<_> =
        report.notes.iter().filter_map(|note| note.parameters.first()).map(|(_, v)| v.as_str()).collect();
    assert_eq!(fields, ["NAD", "TDT+20", "one value for one goods item", "DGS", "CST"]);
    assert_eq!(report.crew_members[0].name.as_ref().unwrap().given_name, "BORIS");
}

#[test]
fn a_lorry_is_read_whole() {
    let (intent, lorry) = read(LORRY);
    assert_eq!(intent, Intent::Announce);
    assert_eq!(lorry.notes, []);
    assert_eq!(lorry.manifest_reference, "MAN-2026-0042");
    let conveyance = lorry.conveyance.as_ref().unwrap();
    assert_eq!((conveyance.mode_code.as_str(), conveyance.registration.as_str()), ("3", "01B456CD"));
    assert_eq!((conveyance.nationality_code.as_str(), conveyance.type_code.as_str()), ("KZ", "31"));
    assert_eq!(conveyance.trailer_registrations, ["T7890B"]);
    let journey = lorry.journey.as_ref().unwrap();
    assert_eq!(
        (journey.journey_reference.as_str(), journey.border_post_code.as_str()),
        ("TRIP-42", "UZ-YALLAMA")
    );
    assert_eq!(utc(journey.arrival_time.as_ref()), "2026-11-23T12:30:00Z");
    assert_eq!(utc(journey.departure_time.as_ref()), "2026-11-22T23:00:00Z");
    assert_eq!(journey.stops.len(), 2);
    assert_eq!(lorry.crew_members.len(), 1);
    assert_eq!(lorry.crew_members[0].travel_documents[0].number, "N00000001");
    let cargo = cargo(&lorry);
    assert_eq!(cargo.tir_carnet.as_ref().unwrap().number, "XA12345678");
    assert_eq!(cargo.customs_regime, Some(Said::Plain(CustomsRegime::Transit)));
    assert_eq!(kg(cargo.total_gross_mass.as_ref()), "12500.5 KGM");
    assert_eq!(cargo.total_package_count, Some(130.into()));
    assert_eq!(cargo.declared_consignment_count, Some(2.into()));
    let container = &cargo.containers[0];
    assert_eq!((container.number.as_str(), container.size_type_code.as_str()), ("CSQU3054383", "22G1"));
    let parties: Vec<_> = container.seals.iter().map(|seal| seal.sealing_party.clone()).collect();
    assert_eq!(parties, [Some(SealingParty::Customs.into()), Some(SealingParty::Carrier.into())]);
    let [first, second] = cargo.consignments.as_slice() else { panic!() };
    assert_eq!(first.consignment_reference, "CMR-0001");
    assert_eq!(first.previous_mrn, "26KZ0000000000001X");
    assert_eq!(
        (first.departure_country_code.as_str(), first.destination_country_code.as_str()),
        ("KZ", "UZ")
    );
    assert_eq!(kg(first.gross_mass.as_ref()), "10000.5 KGM");
    let documents: Vec<_> =
        first.supporting_documents.iter().map(|d| (d.type_code.as_str(), d.reference.as_str())).collect();
    assert_eq!(documents, [("730", "CMR-0001"), ("380", "INV-77")]);
    assert!(first.supporting_documents[1].issue_date.is_some());
    assert_eq!(first.consignor.as_ref().unwrap().name, "SYNTHETIC Mills LLP");
    let consignee = first.consignee.as_ref().unwrap();
    assert_eq!((consignee.identifiers[0].value.as_str(), consignee.city.as_str()), ("301234567", "Tashkent"));
    let [flour, solvent] = first.goods_items.as_slice() else { panic!() };
    assert_eq!(flour.description, "Wheat flour in bags first grade");
    assert_eq!((flour.hs_code.as_str(), flour.origin_country_code.as_str()), ("11010011", "KZ"));
    assert_eq!(
        (kg(flour.gross_mass.as_ref()), kg(flour.net_mass.as_ref())),
        ("8000.5 KGM".into(), "7900 KGM".into())
    );
    let value = flour.declared_value.as_ref().unwrap();
    assert_eq!(value.currency_code, "USD");
    assert_eq!(value.amount, Some(DeclaredAmount::Said("4000.25".into())));
    let packages = &flour.packages[0];
    assert_eq!((packages.type_code.as_str(), packages.package_count.clone()), ("BG", Some(80.into())));
    assert_eq!(packages.marks, "LOT 1 LOT 2");
    assert_eq!(flour.container_numbers, ["CSQU3054383"]);
    let goods = solvent.dangerous_goods.as_ref().unwrap();
    assert_eq!(
        (goods.un_number.as_str(), goods.hazard_class.as_str(), goods.packing_group.as_str()),
        ("1993", "3", "II")
    );
    // Lines of a name and address: the first is the name. The country is that of the place of loading.
    assert_eq!(second.consignor.as_ref().unwrap().name, "SYNTHETIC Tools LLP");
    assert_eq!(second.consignor.as_ref().unwrap().street_address, "Satpaev 5 Almaty");
    assert_eq!(second.departure_country_code, "KZ");
}

#[test]
fn a_lorry_is_valid() {
    use manifest::{CodeLists, RuleSettings, Severity, normalize, validate};
    let now = "2026-11-22T14:00:00Z".parse().unwrap();
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(read(LORRY).1, &CodeLists::built_in(), &settings);
    let valid = validate(manifest, now, &settings, &mut findings);
    let weighty: Vec<_> = findings.iter().filter(|finding| finding.severity > Severity::Note).collect();
    // An invented number of a declaration has no right check character.
    assert!(weighty.iter().all(|finding| finding.code == FindingCode::MrnCheckDigitWrong), "{weighty:?}");
    assert!(valid.is_ok());
}

#[test]
fn a_warehouse_release_without_transport() {
    let (_, declared) = read(&report(
        "D:99B:UN",
        "BGM+101:::WARREL+200401270003:1+9'DTM+204:20040127:102'DTM+204:0700:401'LOC+4+ABC123::95'LOC+5+9034P::95'\
         RFF+ED:SYNTHETIC'CNI+1+:::I'RFF+HS:03026200'QTY+1:10:KG'FTX+AAA+++FISH'GID+1'",
    ));
    assert_eq!(declared.manifest_reference, "200401270003");
    assert_eq!(declared.conveyance.as_ref().unwrap().registration, "");
    let [consignment] = cargo(&declared).consignments.as_slice() else { panic!() };
    assert_eq!(consignment.consignment_reference, "1");
    let [item] = consignment.goods_items.as_slice() else { panic!() };
    assert_eq!((item.hs_code.as_str(), item.description.as_str()), ("03026200", "FISH"));
    assert_eq!(kg(item.gross_mass.as_ref()), "10 KG");
}

#[test]
fn a_ship_of_the_first_directories() {
    let (_, declared) = read(&report(
        "D:95B:UN:LOT10",
        "BGM+85+DOCREF1234+9'DTM+137:202611210852:203'NAD+MS+SCR:172:20'\
         TDT+20+TRANS1234+1++SENDER:172:20:SYNTHETIC LINE+++9123456:146::SYNTHETIC STAR:PA'LOC+60+UZTMZ'\
         DTM+132:202611290330:203'GIS+23'EQD+BL+EQ123456+7:ZZZ:5++3+5'MEA+AAE+G+KGM:55814'\
         CNI+1+DOC1'RFF+BM:BILL1'CNT+7:55814:KGM'CNT+8:60'LOC+9+CRMOB::139'LOC+11+UZTMZ::139'GIS+23'\
         NAD+CN+MOB00995+A PERSON, A COMPANY, SOMEWHERE'GID+1+2880:UNT'FTX+AAA+++FREETEXT DESC'MEA+AAE+G+KGM:55814'\
         MEA+AAE+AAW+MTQ:0'SGP+EQ123456+60'PCI+24+SHIP1234'",
    ));
    let conveyance = declared.conveyance.as_ref().unwrap();
    assert_eq!((conveyance.mode_code.as_str(), conveyance.registration.as_str()), ("1", "9123456"));
    assert_eq!(conveyance.nationality_code, "PA");
    assert_eq!(utc(declared.journey.as_ref().unwrap().arrival_time.as_ref()), "2026-11-28T22:30:00Z");
    assert_eq!(declared.carrier.as_ref().unwrap().identifiers[0].scheme, "SCAC");
    let cargo = cargo(&declared);
    assert_eq!(cargo.customs_regime, Some(Said::Plain(CustomsRegime::Import)));
    let consignment = &cargo.consignments[0];
    assert_eq!(
        (consignment.consignment_reference.as_str(), consignment.departure_country_code.as_str()),
        ("BILL1", "CR")
    );
    assert_eq!(consignment.package_count, Some(60.into()));
    assert_eq!(consignment.goods_items[0].container_numbers, ["EQ123456"]);
    assert_eq!(consignment.goods_items[0].packages[0].marks, "SHIP1234");
    assert_eq!(kg(consignment.goods_items[0].gross_mass.as_ref()), "55814 KGM");
}

#[test]
fn a_lorry_as_north_america_writes_it() {
    let (_, declared) = read(&report(
        "D:03B:UN",
        "BGM+85:::STANDARD+SYNT0001+22'DTM+132:202611231039:203'LOC+60+2506:77'RFF+ABO:MAN1'NAD+CA+SYNT:172'\
         NAD+VW+0014044674:109'TDT+11++03+:::TR++I++:146::1M8GDM9AXKP000000'TDT+11++03+:::TR++I++:215::R619008:US'\
         LOC+89+TX:163'EQD+TF'RFF+ABZ:132653T'LOC+89+TN:163'EQD+CN+CSQU3054383'SEL+56484'CNI+1+:23'DOC+380+INV1'\
         RFF+AAM:SYNTDSV1'LOC+9+97102:78'TDT+11'RFF+AWM'TSR+9'NAD+OS+++SYNTHETIC SA+ROAD 1+TOWN+NLE:163+65550+MX'\
         NAD+CN+++SYNTHETIC CORP+ROAD 2+CITY+CA:163+95215+US'GID+1'PAC+16++BDL'FTX+AAA+++DOOR SKINS'MEA+AAI++K:42116'\
         SGP+132653T:215'",
    ));
    let conveyance = declared.conveyance.as_ref().unwrap();
    assert_eq!((conveyance.mode_code.as_str(), conveyance.registration.as_str()), ("3", "R619008"));
    assert_eq!(
        (conveyance.nationality_code.as_str(), conveyance.trailer_registrations.join(" ")),
        ("US", "132653T".into())
    );
    assert_eq!(declared.journey.as_ref().unwrap().border_post_code, "2506");
    let cargo = cargo(&declared);
    assert_eq!(cargo.containers[0].seals[0].number, "56484");
    let consignment = &cargo.consignments[0];
    assert_eq!(consignment.consignment_reference, "SYNTDSV1");
    assert_eq!(consignment.supporting_documents[0].reference, "INV1");
    assert_eq!(consignment.consignor.as_ref().unwrap().country_code, "MX");
    let item = &consignment.goods_items[0];
    assert_eq!(kg(item.gross_mass.as_ref()), "42116 KGM");
    assert_eq!(
        (item.packages[0].type_code.as_str(), item.packages[0].package_count.clone()),
        ("BDL", Some(16.into()))
    );
    assert!(item.container_numbers.is_empty());
}

#[test]
fn a_master_with_houses() {
    let (_, declared) = read(&report(
        "D:16A:UN:RCG001",
        "BGM+85:::RFM+M-1+9'TDT+20++4++111:172:20+++:::BA123'CNI+1+MASTER1'RFF+MB:MASTER1'RFF+BM:HOUSE1:1'LOC+9+USATL'\
         NAD+CN++SYNTHETIC A'GID+1+69:PK'FTX+AAA++9+TOYS'MEA+AAE+AAB+KGM:456'CST++950300'RFF+BM:HOUSE2'LOC+9+GBLHR'\
         GID+1+1:PK'FTX+AAA+++BOOKS'RFF+BM::3'GID+1+2:PK'GID+2+4:PK'CNI+2'RFF+BM:OTHER'GID+1'",
    ));
    let cargo = cargo(&declared);
    let references: Vec<_> = cargo.consignments.iter().map(|c| c.consignment_reference.as_str()).collect();
    assert_eq!(references, ["HOUSE1", "HOUSE2", "3", "OTHER"]);
    let items: Vec<_> = cargo.consignments.iter().map(|c| c.goods_items.len()).collect();
    assert_eq!(items, [1, 1, 2, 1]);
    let master = |index: usize| cargo.consignments[index].supporting_documents[0].reference.as_str();
    assert_eq!((master(0), master(1), master(2)), ("MASTER1", "MASTER1", "MASTER1"));
    assert_eq!(cargo.consignments[0].goods_items[0].hs_code, "950300");
    assert_eq!(cargo.consignments[1].departure_country_code, "GB");
}

#[test]
fn purposes_and_limits() {
    let intent = |bgm: &str| read(&report("D:18A:UN", &format!("BGM+85+M-1:2+{bgm}'CNI+1'GID+1'")));
    assert_eq!(intent("9").0, Intent::Announce);
    assert_eq!((intent("4").0, intent("4").1.revision), (Intent::Amend, 2));
    assert_eq!(intent("1").0, Intent::Cancel);
    let text = report("D:18A:UN", "BGM+85+M-1+9'CNI+1'GID+1'CNI+2'GID+1'GID+2'");
    let refused = |limits: Limits| read_with(&text, &limits).1.unwrap_err();
    let unreadable = refused(Limits { max_consignments: 1, ..Limits::default() });
    assert_eq!(unreadable.cause, Cause::TooMany { what: "consignments", limit: 1 });
    assert_eq!(unreadable.place.unwrap().to_string(), "segment 6 (CNI)");
    let unreadable = refused(Limits { max_goods_items: 2, ..Limits::default() });
    assert_eq!(unreadable.cause, Cause::TooMany { what: "goods items", limit: 2 });
}

#[test]
fn a_finding_points_into_the_source() {
    let mut lorry = read(LORRY).1;
    let place =
        |map: &mut manifest::declared::SourceMap, path: &str| map.place_of(&path.into()).unwrap().to_string();
    let source = &mut lorry.source;
    assert_eq!(
        place(source, "cargo.consignments[0].goods_items[0].hs_code"),
        "segment 47 (CST), element 2, component 1"
    );
    assert_eq!(
        place(source, "cargo.consignments[0].goods_items[1].dangerous_goods.un_number"),
        "segment 52 (DGS), element 3, component 1"
    );
    assert_eq!(place(source, "cargo.total_gross_mass_mg"), "segment 24 (CNT), element 1, component 2");
}

/// What of a report is withheld, and why.
fn withheld(segments: &str) -> Vec<(String, String)> {
    use manifest::Severity;
    let (_, declared) = read(&report("D:18A:UN", segments));
    let blocking = declared.notes.iter().filter(|note| note.severity == Severity::Blocking);
    blocking.map(|note| (format!("{:?}", note.about), note.path.as_str().to_owned())).collect()
}

#[test]
fn two_are_never_taken_for_one_in_silence() {
    const HEAD: &str = "BGM+85+M-1+9'CNI+1+A'RFF+CMR:A'LOC+9+KZALA'LOC+11+UZTAS'NAD+CZ+++SYNTHETIC A'NAD+CN+++SYNTHETIC B'\
         GID+1+80:BG'FTX+AAA+++FLOUR'MEA+WT+AAB+KGM:8000'MOA+40:4000:USD'PCI++A'CST++110100'";
    let item = |begin: &str| {
        format!("{HEAD}{begin}FTX+AAA+++SOLVENT'MEA+WT+AAB+KGM:2000'MOA+40:900:USD'PCI++B'CST++290511'")
    };
    assert_eq!(withheld(&item("GID+2+20:CT'")), []);
    // A tag that there is not, one of another segment, and none at all.
    for begin in ["GIX+2+20:CT'", "gid+2+20:CT'", "GIN+2+20:CT'", "GIS+2'", ""] {
        let found = withheld(&item(begin));
        assert!(!found.is_empty(), "{begin}");
        let about = "GoodsItem { consignment: 0, item: 0 }";
        assert!(found.iter().all(|(whom, _)| whom == about), "{begin} {found:?}");
    }
    let each = |what: &str| withheld(&format!("{HEAD}{what}"));
    for what in ["FTX+AAA+++SOLVENT'", "MEA+WT+AAB+KGM:7999'", "MOA+40:900:USD'", "CST+'FTX+ABC'CST++290511'"]
    {
        assert!(!each(what).is_empty(), "{what}");
    }
    for said_again in [
        "FTX+AAA+++FLOUR'",
        "MEA+WT+AAB+KGM:8000.0'",
        "MEA+WT+AAC+KGM:7900'",
        "MEA+WT+AAB+LBR:17636'",
        "MOA+40:4000:USD'",
        "MOA+40:3700:EUR'",
        "CST++11010015'",
        "CST++290511'",
        "DGS+++1993'FTX+AAA+++FLAMMABLE'",
        "PAC+80++BG'",
        "PCI++C'",
    ] {
        assert_eq!(each(said_again), [], "{said_again}");
    }
    // Behind the goods of one consignment, the parties, places and totals of another.
    let next = |begin: &str, last: &str| withheld(&format!("{HEAD}{begin}{last}GID+1+1:CT'FTX+AAA+++TOOLS'"));
    for last in ["LOC+9+KZSHM'", "NAD+CZ+++SYNTHETIC C'", "NAD+CN+++SYNTHETIC D'", "LOC+11+UZSKD'"] {
        assert_eq!(next("CNI+2+B'", last), [], "{last}");
        for begin in ["CNX+2+B'", "CNT+2+B'", ""] {
            assert!(!next(begin, last).is_empty(), "{begin} {last}");
        }
    }
    assert_eq!(next("", "RFF+CMR:B'LOC+9+KZSHM'NAD+CZ+++SYNTHETIC C'"), []);
    // Totals behind all goods are the report's.
    let (_, whole) = read(&report("D:18A:UN", &format!("{HEAD}CNT+7:9000:KGM'CNT+11:81'CNT+10:1'")));
    assert_eq!(kg(cargo(&whole).total_gross_mass.as_ref()), "9000 KGM");
    assert_eq!(kg(cargo(&whole).consignments[0].gross_mass.as_ref()), "8000 KGM", "that of its goods");
    // Before all goods the conveyance waits.
    let found = withheld("BGM+85+M-1+9'CNX+1+A'RFF+CMR:A'GID+1+80:BG'");
    assert_eq!(found, [("Conveyance".to_owned(), "cargo".to_owned())]);
}

/// Masses that only the goods say are the consignment's, and a driver behind the goods is on board.
#[test]
fn what_stands_with_the_goods() {
    let goods = "CNI+1+B1'RFF+CMR:C1'GID+1+10:CT'FTX+AAA+++PAINT'MEA+AAE+G+KGM:100.5'\
                 GID+2+5:CT'FTX+AAA+++SOAP'MEA+AAE+G+KGM:9.5'NAD+FM+++OMAROV:YERLAN'DOC+P+N1111111'";
    let (_, read) = read(&report("D:96B:UN", &format!("BGM+785+M-1+9'{goods}")));
    assert_eq!(kg(cargo(&read).consignments[0].gross_mass.as_ref()), "110 KGM");
    assert_eq!(cargo(&read).consignments[0].goods_items.len(), 2);
    assert_eq!(read.crew_members.len(), 1);
    assert_eq!(read.crew_members[0].travel_documents[0].number, "N1111111");
    assert_eq!(read.notes, []);
}
