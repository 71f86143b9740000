//! The contract as facts, one line each. A change that breaks a peer makes a line vanish.

use std::collections::BTreeSet;

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, ServiceDescriptorProto,
    field_descriptor_proto::{Label, Type},
};

/// Facts about everything in the package, sorted.
pub(crate) fn of(files: &FileDescriptorSet) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for file in files.file.iter().filter(|file| file.package().starts_with("customs.")) {
        let package = file.package();
        file.message_type.iter().for_each(|message| message_facts(package, message, &mut facts));
        file.enum_type.iter().for_each(|enumeration| enum_facts(package, enumeration, &mut facts));
        file.service.iter().for_each(|service| service_facts(package, service, &mut facts));
    }
    facts
}

fn message_facts(scope: &str, message: &DescriptorProto, facts: &mut BTreeSet<String>) {
    let name = format!("{scope}.{}", message.name());
    facts.insert(format!("message {name}"));
    for field in &message.field {
        facts.insert(format!("field {name} {} {} {}", field.number(), field.name(), kind(message, field)));
    }
    for range in &message.reserved_range {
        facts.extend((range.start()..range.end()).map(|number| format!("reserved {name} {number}")));
    }
    for reserved in &message.reserved_name {
        facts.insert(format!("reserved {name} {reserved}"));
    }
    let own = message.nested_type.iter().filter(|nested| !is_map_entry(nested));
    own.for_each(|nested| message_facts(&name, nested, facts));
    message.enum_type.iter().for_each(|enumeration| enum_facts(&name, enumeration, facts));
}

fn enum_facts(scope: &str, enumeration: &EnumDescriptorProto, facts: &mut BTreeSet<String>) {
    let name = format!("{scope}.{}", enumeration.name());
    facts.insert(format!("enum {name}"));
    for value in &enumeration.value {
        facts.insert(format!("value {name} {} {}", value.number(), value.name()));
    }
    for range in &enumeration.reserved_range {
        facts.extend((range.start()..=range.end()).map(|number| format!("reserved {name} {number}")));
    }
    for reserved in &enumeration.reserved_name {
        facts.insert(format!("reserved {name} {reserved}"));
    }
}

fn service_facts(scope: &str, service: &ServiceDescriptorProto, facts: &mut BTreeSet<String>) {
    for method in &service.method {
        let streams = |on: bool| if on { "stream " } else { "" };
        facts.insert(format!(
            "rpc {scope}.{}.{} {}{} -> {}{}",
            service.name(),
            method.name(),
            streams(method.client_streaming()),
            plain(method.input_type()),
            streams(method.server_streaming()),
            plain(method.output_type()),
        ));
    }
}

/// Cardinality and type, for instance `repeated customs.prearrival.v1.Seal` or `in load customs.prearrival.v1.Cargo`.
fn kind(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let entry = message.nested_type.iter().find(|nested| {
        is_map_entry(nested) && field.type_name().ends_with(&format!(".{}.{}", message.name(), nested.name()))
    });
    if let Some([key, value]) = entry.map(|entry| entry.field.as_slice()) {
        return format!("map {} {}", type_name(key), type_name(value));
    }
    let cardinality = match (field.label(), field.oneof_index) {
        (Label::Repeated, _) => "repeated".to_owned(),
        (_, Some(_)) if field.proto3_optional() => "optional".to_owned(),
        (_, Some(index)) => format!("in {}", message.oneof_decl[usize::try_from(index).unwrap()].name()),
        _ => "single".to_owned(),
    };
    format!("{cardinality} {}", type_name(field))
}

fn type_name(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => plain(field.type_name()).to_owned(),
        scalar => scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

fn plain(name: &str) -> &str {
    name.trim_start_matches('.')
}

/// A map's entry is a message that nobody wrote.
pub(crate) fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}
