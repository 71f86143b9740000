//! A coach's list goes in; travellers are set aside one by one.

use jiff::ToSpan as _;
use proto::v1::{
    Corridor, DocumentMessage, Finding, ManifestState, PreDecision, Severity, SubmitDocumentRequest,
    SubmitManifestResponse,
};
use testkit::{passenger_table, stories::Story};

use crate::harness::{Gateway, now};

async fn submit(story: Story) -> SubmitManifestResponse {
    let gateway = Gateway::start(&[]).await;
    gateway.manifests("silk-coach").submit_manifest(story.submission(now())).await.unwrap().into_inner()
}

fn withheld(answer: &SubmitManifestResponse) -> Vec<&PreDecision> {
    answer.pre_decisions.iter().filter(|each| each.corridor() == Corridor::Unspecified).collect()
}

fn serious(answer: &SubmitManifestResponse) -> Vec<&Finding> {
    answer.findings.iter().filter(|finding| finding.severity() != Severity::Note).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_coach_is_green() {
    let answer = submit(Story::CoachClean).await;
    assert_eq!(answer.pre_decisions[0].corridor(), Corridor::Green, "{:?}", answer.findings);
    assert!(withheld(&answer).is_empty());
    assert!(
        answer.pre_decisions.iter().all(|each| each.corridor() != Corridor::Yellow),
        "yellow is for cargo"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_row_of_fifty_sets_one_traveller_aside() {
    let answer = submit(Story::OneBrokenRow).await;
    let aside = withheld(&answer);
    assert_eq!(aside.len(), 1, "{:?}", answer.findings);
    assert!(aside[0].subject.starts_with("passengers/"), "{}", aside[0].subject);
    assert_eq!(answer.pre_decisions[0].corridor(), Corridor::Green);
}

async fn table(gateway: &Gateway, content: String) -> DocumentMessage {
    let request = SubmitDocumentRequest { content: content.into_bytes(), ..Default::default() };
    let answer = gateway.manifests("silk-coach").submit_document(request).await.unwrap().into_inner();
    let [message] = answer.messages.try_into().unwrap();
    message
}

fn arrival() -> String {
    now().checked_add(16.hours()).unwrap().strftime("%Y-%m-%dT%H:%M+05:00").to_string()
}

/// What carriers file under Order 162 names no issuing state: forty-nine are green, one is withheld, for one finding.
#[tokio::test(flavor = "multi_thread")]
async fn one_broken_row_of_an_order_162_list_sets_one_traveller_aside() {
    let gateway = Gateway::start(&[]).await;
    let message = table(&gateway, passenger_table::order_162(&arrival(), "31.02.1988")).await;
    let recorded = message.recorded.unwrap();
    let of = |corridor: Corridor, kind: &str| {
        let each = recorded.pre_decisions.iter().filter(|each| each.corridor() == corridor);
        each.filter(|each| each.subject.starts_with(kind)).count()
    };
    let findings = &recorded.receipt.as_ref().unwrap().findings;
    assert_eq!(
        (of(Corridor::Green, "passengers/"), of(Corridor::Unspecified, "passengers/")),
        (49, 1),
        "{findings:?}"
    );
    assert_eq!(
        (of(Corridor::Green, ""), of(Corridor::Unspecified, "")),
        (51, 1),
        "{:?}",
        recorded.pre_decisions
    );
    assert_eq!(findings.len(), 1, "{findings:?}");
}

/// A row that nobody can take apart is one person withheld and one finding; forty-nine are decided, and so is the coach, red.
#[tokio::test(flavor = "multi_thread")]
async fn one_unreadable_row_withholds_one_traveller() {
    let gateway = Gateway::start(&[]).await;
    let text = passenger_table::order_162(&arrival(), "31.02.1988");
    let row = |line: &str| if line.contains("31.02.1988") { String::from("25;???") } else { line.to_owned() };
    let text = text.lines().map(row).collect::<Vec<_>>().join("\n");
    let recorded = table(&gateway, text).await.recorded.unwrap();
    let count =
        |corridor: Corridor| recorded.pre_decisions.iter().filter(|each| each.corridor() == corridor).count();
    assert_eq!((count(Corridor::Green), count(Corridor::Red), count(Corridor::Unspecified)), (50, 1, 1));
    assert_eq!(recorded.pre_decisions[0].corridor(), Corridor::Red, "the coach");
    assert_eq!(recorded.receipt.unwrap().findings.len(), 1);
}

/// Crew without a list of passengers: who travels is not known, and a coach that is empty says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_coach_of_nobody_is_green_when_it_says_so() {
    let gateway = Gateway::start(&[]).await;
    let text = passenger_table::order_162(&arrival(), "12.03.1988");
    let is_passenger = |line: &&str| line.ends_with(";пассажир");
    let list = text.lines().filter(|line| !is_passenger(line)).collect::<Vec<_>>().join("\n");
    for (count, corridor, findings) in
        [("", Corridor::Red, 1), ("Количество пассажиров;0\n", Corridor::Green, 0)]
    {
        let recorded =
            table(&gateway, format!("{count}{}\n", list.replace("ORDER-162", &format!("ORDER-{findings}"))))
                .await
                .recorded
                .unwrap();
        assert_eq!(recorded.pre_decisions[0].corridor(), corridor, "{count}");
        assert_eq!(recorded.receipt.unwrap().findings.len(), findings, "{count}");
    }
}

/// A name on the line above the list is no driver whom an officer knows, and no reason to hold up the coach.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_known_by_name_is_red_alone() {
    let gateway = Gateway::start(&[]).await;
    let text = passenger_table::order_162(&arrival(), "12.03.1988");
    let rows = text.lines().filter(|line| !line.contains(";водитель"));
    let text = format!("Водитель;Омаров Ерлан\n{}\n", rows.collect::<Vec<_>>().join("\n"));
    let recorded = table(&gateway, text).await.recorded.unwrap();
    for each in &recorded.pre_decisions {
        let red = each.subject.starts_with("crewMembers/");
        let expected = if red { Corridor::Red } else { Corridor::Green };
        assert_eq!(each.corridor(), expected, "{}", each.subject);
    }
    assert_eq!(recorded.receipt.unwrap().findings.len(), 1);
}

/// A draft is kept as one: nobody waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_says_draft_is_a_draft() {
    let gateway = Gateway::start(&[]).await;
    let text = passenger_table::order_162(&arrival(), "12.03.1988");
    let draft = table(&gateway, format!("Статус;черновик\n{text}")).await;
    let state = |message: DocumentMessage| message.recorded.unwrap().receipt.unwrap().state();
    assert_eq!(state(draft), ManifestState::Draft);
    assert_eq!(state(table(&gateway, text).await), ManifestState::Submitted);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_looked_at() {
    for story in [Story::ExpiredDocument, Story::WrongCheckDigit, Story::MinorAlone] {
        let answer = submit(story).await;
        assert!(!serious(&answer).is_empty(), "{}", story.name());
        // A path says where; it never says what stood there.
        let receipt = answer.receipt.unwrap();
        assert!(receipt.findings.iter().all(|finding| !finding.field_path.is_empty()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_drivers_are_two_subjects() {
    let answer = submit(Story::TwoDrivers).await;
    let crew = answer.pre_decisions.iter().filter(|each| each.subject.starts_with("crewMembers/")).count();
    assert_eq!(crew, 2);
}
