//! The house rules of the contract.

use std::collections::BTreeMap;

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

use crate::facts::is_map_entry;

const OPENINGS: [&str; 3] = ["Required.", "Optional.", "Output only."];
// Field numbers of descriptor.proto, of which comment paths are made.
const MESSAGES: i32 = 4;
const ENUMS: i32 = 5;
const SERVICES: i32 = 6;

/// Everything that breaks a rule.
pub(crate) fn check(files: &FileDescriptorSet) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files.file.iter().filter(|file| file.package().starts_with("customs.")) {
        let mut look = Look { file: file.name(), comments: comments(file), problems: &mut problems };
        look.at_file(file);
    }
    problems
}

struct Look<'a> {
    file: &'a str,
    comments: BTreeMap<Vec<i32>, String>,
    problems: &'a mut Vec<String>,
}

impl Look<'_> {
    fn say(&mut self, what: &str, problem: &str) {
        self.problems.push(format!("{}: {what}: {problem}", self.file));
    }

    fn commented(&mut self, what: &str, path: &[i32]) -> String {
        let comment = self.comments.get(path).cloned().unwrap_or_default();
        if comment.is_empty() {
            self.say(what, "has no comment");
        }
        comment
    }

    fn at_file(&mut self, file: &FileDescriptorProto) {
        if file.name().rsplit_once('/').map(|(folder, _)| folder.replace('/', ".")).as_deref()
            != Some(file.package())
        {
            self.say(file.package(), "directory and package differ");
        }
        if !file.dependency.is_sorted() {
            self.say("import", "not sorted");
        }
        for banned in
            file.dependency.iter().filter(|path| path.ends_with("any.proto") || path.ends_with("empty.proto"))
        {
            self.say(banned, "no Any, no Empty in our own messages");
        }
        for (index, message) in (0..).zip(&file.message_type) {
            self.at_message(message, &[MESSAGES, index]);
        }
        for (index, enumeration) in (0..).zip(&file.enum_type) {
            self.at_enum(enumeration, &[ENUMS, index]);
        }
        for (index, service) in (0..).zip(&file.service) {
            let path = [SERVICES, index];
            self.commented(service.name(), &path);
            if !service.name().ends_with("Service") {
                self.say(service.name(), "a service's name ends in Service");
            }
            for (index, method) in (0..).zip(&service.method) {
                self.commented(method.name(), &[path[0], path[1], 2, index]);
                for (found, ending) in [(method.input_type(), "Request"), (method.output_type(), "Response")]
                {
                    let own = format!(".{}.{}{ending}", file.package(), method.name());
                    if found != own {
                        self.say(method.name(), &format!("speaks {found}, not its own {own}"));
                    }
                }
            }
        }
    }

    fn at_message(&mut self, message: &DescriptorProto, path: &[i32]) {
        if is_map_entry(message) {
            return;
        }
        self.commented(message.name(), path);
        for (index, oneof) in (0..).zip(&message.oneof_decl) {
            // The compiler makes a oneof of its own for each `optional` field.
            if !oneof.name().starts_with('_') {
                let what = format!("{}.{}", message.name(), oneof.name());
                let comment = self.commented(&what, &below(path, 8, index));
                self.opens_well(&what, &comment);
            }
        }
        for (index, field) in (0..).zip(&message.field) {
            let what = format!("{}.{}", message.name(), field.name());
            let comment = self.commented(&what, &below(path, 2, index));
            if field.oneof_index.is_none() || field.proto3_optional() {
                self.opens_well(&what, &comment);
            }
            if matches!(field.r#type(), Type::Uint32 | Type::Uint64 | Type::Fixed32 | Type::Fixed64) {
                self.say(&what, "integers are signed");
            }
            if field.r#type() == Type::Message
                && field.type_name() == ".google.protobuf.Timestamp"
                && !is_instant(field.name())
            {
                self.say(&what, "an instant's name ends in _time");
            }
            if field.label() == Label::Repeated
                && !field.name().ends_with('s')
                && !is_map(message, field.type_name())
            {
                self.say(&what, "a repeated field's name is a plural");
            }
        }
        for (index, nested) in (0..).zip(&message.nested_type) {
            self.at_message(nested, &below(path, 3, index));
        }
        for (index, enumeration) in (0..).zip(&message.enum_type) {
            self.at_enum(enumeration, &below(path, 4, index));
        }
    }

    fn at_enum(&mut self, enumeration: &EnumDescriptorProto, path: &[i32]) {
        self.commented(enumeration.name(), path);
        let prefix = upper_snake(enumeration.name());
        for (index, value) in (0..).zip(&enumeration.value) {
            self.commented(value.name(), &below(path, 2, index));
            if !value.name().starts_with(&format!("{prefix}_")) {
                self.say(value.name(), &format!("lacks the prefix {prefix}_"));
            }
        }
        let first = enumeration.value.first().map(|value| (value.number(), value.name().to_owned()));
        if first != Some((0, format!("{prefix}_UNSPECIFIED"))) {
            self.say(enumeration.name(), &format!("0 is {prefix}_UNSPECIFIED and stands first"));
        }
    }

    fn opens_well(&mut self, what: &str, comment: &str) {
        if !comment.is_empty() && !OPENINGS.iter().any(|opening| comment.starts_with(opening)) {
            self.say(what, "its comment opens with none of Required. Optional. Output only.");
        }
    }
}

fn comments(file: &FileDescriptorProto) -> BTreeMap<Vec<i32>, String> {
    let info = file.source_code_info.as_ref();
    let locations = info.into_iter().flat_map(|info| &info.location);
    locations.map(|location| (location.path.clone(), location.leading_comments().trim().to_owned())).collect()
}

fn below(path: &[i32], kind: i32, index: i32) -> Vec<i32> {
    [path, &[kind, index]].concat()
}

fn is_instant(name: &str) -> bool {
    name.ends_with("_time") || name.contains("_time_")
}

fn is_map(message: &DescriptorProto, type_name: &str) -> bool {
    message.nested_type.iter().any(|nested| is_map_entry(nested) && type_name.ends_with(nested.name()))
}

fn upper_snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_uppercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

    struct One(&'static str);

    impl FileResolver for One {
        fn open_file(&self, name: &str) -> Result<File, protox::Error> {
            if name == "customs/x/v1/x.proto" {
                File::from_source(name, self.0)
            } else {
                Err(protox::Error::file_not_found(name))
            }
        }
    }

    fn check(source: &'static str, expected: &[&str]) {
        let mut resolver = ChainFileResolver::new();
        resolver.add(One(source));
        resolver.add(GoogleFileResolver::new());
        let mut compiler = protox::Compiler::with_file_resolver(resolver);
        compiler.include_source_info(true).open_file("customs/x/v1/x.proto").unwrap();
        let problems = super::check(&compiler.file_descriptor_set());
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.contains(expected), "{problem}");
        }
    }

    #[test]
    fn each_rule_speaks() {
        check("syntax = \"proto3\"; package customs.x.v1; // M.\nmessage M {}", &["M: has no comment"]);
        check("syntax = \"proto3\"; package customs.y.v1;", &["directory and package differ"]);
        check(
            "syntax = \"proto3\"; package customs.x.v1;\n// M.\nmessage M {\n// Count.\nuint32 a = 1;\n// Optional. B.\nrepeated string thing = 2; }",
            &["opens with none", "signed", "plural"],
        );
        check(
            "syntax = \"proto3\"; package customs.x.v1;\n// E.\nenum Lane {\n// X.\nGREEN = 0; }",
            &["prefix", "UNSPECIFIED"],
        );
        check(
            "syntax = \"proto3\"; package customs.x.v1;\n// S.\nservice Things {\n// G.\nrpc Get(M) returns (M); }\n// M.\nmessage M {}",
            &["ends in Service", "speaks", "speaks"],
        );
    }
}
