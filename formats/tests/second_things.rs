//! What stands a second time in a message about goods: parties of later items, and further numbers of dangerous goods. None of it is
//! lost, and none of it is taken for the first.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Given, Limits, read};
use manifest::declared::{Cargo, Declared, Load};
use manifest::finding::{About, FindingCode as C, Severity};

fn declared(text: &str) -> Declared {
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    read(text.as_bytes(), None, &given, &Limits::default()).unwrap().messages.remove(0).content.unwrap()
}

fn cargo(declared: &Declared) -> &Cargo {
    let Some(Load::Cargo(cargo)) = &declared.load else { panic!("goods") };
    cargo
}

fn parties(declared: &Declared) -> Vec<(String, String, usize)> {
    let name = |party: &Option<manifest::declared::Party>| {
        party.as_ref().map(|it| it.name.clone()).unwrap_or_default()
    };
    let each = cargo(declared).consignments.iter();
    each.map(|it| (name(&it.consignor), name(&it.consignee), it.goods_items.len())).collect()
}

fn three(a: &str, b: &str, items: usize) -> (String, String, usize) {
    (a.to_owned(), b.to_owned(), items)
}

#[test]
fn parties_of_later_houses_and_items_are_theirs() {
    let item = |number: u8, party: &str| {
        format!(
            "<ConsignmentItem><declarationGoodsItemNumber>{number}</declarationGoodsItemNumber>{party}</ConsignmentItem>"
        )
    };
    let consignee = |name: &str| format!("<Consignee><name>{name}</name></Consignee>");
    let text = format!(
        "<CC015C><TransitOperation><LRN>L-1</LRN></TransitOperation><Consignment><Consignor><name>Whole</name></Consignor>\
        <HouseConsignment><sequenceNumber>1</sequenceNumber><grossMass>30</grossMass>{}{}{}</HouseConsignment>\
        <HouseConsignment><sequenceNumber>2</sequenceNumber><Consignor><name>House</name></Consignor>{}{}</HouseConsignment>\
        </Consignment></CC015C>",
        item(1, &consignee("One")),
        item(2, &consignee("Two")),
        item(3, &consignee("One")),
        consignee("Three"),
        item(4, ""),
    );
    for text in [text.clone(), text.replace("CC015C", "CC013C")] {
        let read = declared(&text);
        let expected = [three("Whole", "One", 2), three("Whole", "Two", 1), three("House", "Three", 1)];
        assert_eq!(parties(&read), expected);
        let references: Vec<_> =
            cargo(&read).consignments.iter().map(|it| it.consignment_reference.as_str()).collect();
        assert_eq!(references, ["1/1", "1/2", "2"]);
        assert!(cargo(&read).consignments[0].gross_mass.is_none(), "the mass is that of both parts");
        assert_eq!(read.notes.len(), 0, "{:?}", read.notes);
    }
}

#[test]
fn parties_of_later_items_of_older_messages_are_theirs() {
    let item = |number: u8, from: &str, to: &str| {
        format!(
            "<GOOITEGDS><IteNumGDS7>{number}</IteNumGDS7><TRACONCO2><NamCO27>{from}</NamCO27></TRACONCO2>\
            <TRACONCE2><NamCE27>{to}</NamCE27></TRACONCE2></GOOITEGDS>"
        )
    };
    for kind in ["CC015B", "CC013B", "CC315A", "CC313A"] {
        let text = format!(
            "<{kind}><HEAHEA><RefNumHEA4>R-1</RefNumHEA4></HEAHEA>{}{}{}</{kind}>",
            item(1, "A", "One"),
            item(2, "A", "Two"),
            item(3, "B", "One")
        );
        let expected = [three("A", "One", 1), three("A", "Two", 1), three("B", "One", 1)];
        assert_eq!(parties(&declared(&text)), expected, "{kind}");
    }
}

#[test]
fn another_un_number_withholds_its_item_and_is_told_where_it_stands() {
    let phase5 = "<CC015C><TransitOperation><LRN>L-1</LRN></TransitOperation><Consignment><HouseConsignment><ConsignmentItem>\
        <goodsItemNumber>1</goodsItemNumber></ConsignmentItem><ConsignmentItem><goodsItemNumber>2</goodsItemNumber><Commodity>\
        <DangerousGoods><UNNumber>1203</UNNumber></DangerousGoods><DangerousGoods><UNNumber>1950</UNNumber></DangerousGoods>\
        </Commodity></ConsignmentItem></HouseConsignment></Consignment></CC015C>";
    let older = "<CC015B><HEAHEA><RefNumHEA4>R-1</RefNumHEA4></HEAHEA><GOOITEGDS><IteNumGDS7>1</IteNumGDS7></GOOITEGDS>\
        <GOOITEGDS><IteNumGDS7>2</IteNumGDS7><UNDanGooCodGDI1>1203</UNDanGooCodGDI1><UNDanGooCodGDI1>1950</UNDanGooCodGDI1>\
        </GOOITEGDS></CC015B>";
    let report = "UNB+UNOA:2+A+B+261122:1200+1'UNH+1+CUSCAR:D:99B:UN'BGM+85+X1+9'TDT+20++3+++++01A123BC:215::KZ'\
        CNI+1+C1'GID+1+1:PX'FTX+AAA+++BOXES'GID+2+1:PX'FTX+AAA+++TINS'DGS+ADR+3+1203'DGS+ADR+2+1950'UNT+9+1'UNZ+1+1'";
    let texts = [
        phase5.to_owned(),
        phase5.replace("CC015C", "CC013C"),
        older.to_owned(),
        older.replace("CC015B", "CC013B"),
        older.replace("CC015B", "CC315A"),
        older.replace("CC015B", "CC313A"),
        report.to_owned(),
    ];
    for text in texts {
        let read = declared(&text);
        let items: Vec<_> = cargo(&read).consignments.iter().flat_map(|it| &it.goods_items).collect();
        assert_eq!(items[1].dangerous_goods.as_ref().unwrap().un_number, "1203", "{text}");
        let told: Vec<_> = read.notes.iter().filter(|it| it.severity == Severity::Blocking).collect();
        assert_eq!(told.len(), 1, "{text}: {:?}", read.notes);
        assert_eq!(
            (told[0].code, told[0].about),
            (C::ValueMalformed, About::GoodsItem { consignment: 0, item: 1 }),
            "{text}"
        );
        assert!(
            told[0].place.is_some() && told[0].original.as_ref().is_some_and(|it| it.0.contains("1950")),
            "{text}"
        );
        // The same number again says nothing new.
        let read = declared(&text.replace("1950", "1203"));
        assert!(read.notes.iter().all(|it| it.severity != Severity::Blocking), "{text}: {:?}", read.notes);
    }
}
