//! The sets of one payload: what is driven in turn with what.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use rustls::crypto::aws_lc_rs::kx_group;
use testkit::postgres;

use crate::{
    Arguments,
    child::Child,
    handshakes,
    load::{self, Connections, Sample},
    payload::{Kind, Payload},
    report::{DURABLE_SQLITE, Report, Server, Set, Shape},
    setup::{self, Setup},
};

/// Connections, and calls in flight on each.
const SHAPES: [(usize, usize); 3] = [(1, 1), (4, 8), (8, 16)];
const BUSIEST: (usize, usize) = SHAPES[SHAPES.len() - 1];
/// Requests a second of the open loop.
const PACE: u32 = 2_000;
const WARM_UP: Duration = Duration::from_millis(500);

/// Measures every set that was asked for.
pub(crate) async fn measure(kind: Kind, arguments: &Arguments, report: &mut Report) -> Result<()> {
    eprintln!("bench: {}: encoding {} manifests", kind.name(), arguments.manifests);
    let payload = Arc::new(Payload::encode(kind, arguments.manifests)?);
    report.payload_bytes(kind, payload.mean_bytes());
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let setup = setup::prepare(folder.path())?;
    let mut bare = Child::bare(&setup).await?;
    let bench = Bench { kind, arguments, payload, setup: &setup };
    bench.on_sqlite(&bare, report).await?;
    // A comparison of the gateway with itself says the same for both payloads.
    if kind == Kind::Cargo {
        bench.without_store(&bare, report).await?;
        bench.one_by_one(report).await?;
    }
    bench.on_postgres(&bare, report).await?;
    bare.stop()
}

/// What all sets of a payload share.
struct Bench<'b> {
    kind: Kind,
    arguments: &'b Arguments,
    payload: Arc<Payload>,
    setup: &'b Setup,
}

/// A server in a set: its processes, and how it is driven.
struct Member<'c> {
    server: Server,
    children: Vec<&'c Child>,
    drive: Drive,
}

#[derive(Clone, Copy)]
enum Drive {
    Calls,
    Stream,
    Pace(u32),
}

impl<'c> Member<'c> {
    fn calls(server: Server, children: &[&'c Child]) -> Self {
        Self { server, children: children.to_vec(), drive: Drive::Calls }
    }
}

impl Bench<'_> {
    async fn on_sqlite(&self, bare: &Child, report: &mut Report) -> Result<()> {
        let mut gateway = Child::gateway(self.setup, &self.setup.on_sqlite("sqlite", "")?).await?;
        report.start(self.kind, gateway.ready_after, gateway.memory_now()?);
        report.answers(self.kind, load::sample_answers(self.setup, &gateway, &self.payload).await?);
        let first = if self.arguments.busiest { SHAPES.len() - 1 } else { 0 };
        for &shape in &SHAPES[first..] {
            let members = [Member::calls(Server::Bare, &[bare]), Member::calls(Server::Gateway, &[&gateway])];
            self.set(DURABLE_SQLITE, shape, &members, report).await?;
        }
        report.peak_memory(self.kind, Server::Bare, bare.peak_memory()?);
        report.peak_memory(self.kind, Server::Gateway, gateway.peak_memory()?);
        if self.kind == Kind::Cargo {
            let calls = Member::calls(Server::Gateway, &[&gateway]);
            let stream = Member { server: Server::Stream, children: vec![&gateway], drive: Drive::Stream };
            self.set("stream", BUSIEST, &[calls, stream], report).await?;
            let paced = |server, child| Member { server, children: vec![child], drive: Drive::Pace(PACE) };
            let members = [paced(Server::Bare, bare), paced(Server::Gateway, &gateway)];
            self.set("open_loop", BUSIEST, &members, report).await?;
            self.handshakes(&gateway, report).await?;
        }
        gateway.stop()
    }

    async fn without_store(&self, bare: &Child, report: &mut Report) -> Result<()> {
        if !self.arguments.wants("scored") {
            return Ok(());
        }
        let mut gateway = Child::forgetful(self.setup, &self.setup.on_sqlite("forgetful", "")?).await?;
        let members = [Member::calls(Server::Bare, &[bare]), Member::calls(Server::Forgetful, &[&gateway])];
        self.set("scored", BUSIEST, &members, report).await?;
        gateway.stop()
    }

    async fn one_by_one(&self, report: &mut Report) -> Result<()> {
        if !self.arguments.wants("group_commit") {
            return Ok(());
        }
        let alone = self.setup.on_sqlite("one-by-one", "max_batch = 1")?;
        let mut alone = Child::gateway(self.setup, &alone).await?;
        let mut group = Child::gateway(self.setup, &self.setup.on_sqlite("group", "")?).await?;
        let members = [Member::calls(Server::OneByOne, &[&alone]), Member::calls(Server::Gateway, &[&group])];
        self.set("group_commit", BUSIEST, &members, report).await?;
        alone.stop()?;
        group.stop()
    }

    async fn on_postgres(&self, bare: &Child, report: &mut Report) -> Result<()> {
        let two = self.kind == Kind::Cargo && self.arguments.wants("two_gateways");
        if !two && !self.arguments.wants("durable.postgres") {
            return Ok(());
        }
        let server = postgres::Server::durable()?;
        let alone = server.database()?;
        let mut one = Child::gateway(self.setup, &self.setup.on_postgres("postgres", &alone.url)?).await?;
        let members = [Member::calls(Server::Bare, &[bare]), Member::calls(Server::Postgres, &[&one])];
        self.set("durable.postgres", BUSIEST, &members, report).await?;
        if two {
            let shared = server.database()?;
            let mut pair = Vec::new();
            for name in ["postgres-a", "postgres-b"] {
                let site = self.setup.on_postgres(name, &shared.url)?;
                pair.push(Child::gateway(self.setup, &site).await?);
            }
            let both = Member::calls(Server::TwoOnPostgres, &pair.iter().collect::<Vec<_>>());
            self.set("two_gateways", BUSIEST, &[Member::calls(Server::Postgres, &[&one]), both], report)
                .await?;
            pair.iter_mut().try_for_each(Child::stop)?;
        }
        one.stop()
    }

    /// Drives the members in turn, round after round.
    async fn set(
        &self,
        name: &'static str,
        (connections, calls): (usize, usize),
        members: &[Member<'_>],
        report: &mut Report,
    ) -> Result<()> {
        if !self.arguments.wants(name) {
            return Ok(());
        }
        let shape = match members.first().map(|member| member.drive) {
            Some(Drive::Pace(rate)) => Shape::Open(rate),
            _ => Shape::Closed(connections, calls),
        };
        eprintln!("bench: {}: {name}, {shape}", self.kind.name());
        let mut driven = Vec::new();
        for member in members {
            let addresses: Vec<_> = member.children.iter().map(|child| child.address).collect();
            let to = Connections::open(self.setup, &addresses, (connections, calls)).await?;
            to.drive(&self.payload, WARM_UP).await?;
            driven.push(to);
        }
        let mut rows: Vec<(Server, Vec<Sample>)> =
            members.iter().map(|member| (member.server, Vec::new())).collect();
        for _ in 0..self.arguments.rounds.max(1) {
            for ((member, to), row) in members.iter().zip(&driven).zip(&mut rows) {
                let before = cpu_time(&member.children)?;
                let mut sample = match member.drive {
                    Drive::Calls => to.drive(&self.payload, self.length()).await?,
                    Drive::Stream => to.stream(&self.payload, self.length()).await?,
                    Drive::Pace(rate) => to.pace(&self.payload, self.length(), rate).await?,
                };
                sample.server_cpu = cpu_time(&member.children)?.saturating_sub(before);
                row.1.push(sample);
            }
        }
        report.set(Set { name, kind: self.kind, shape, rows });
        Ok(())
    }

    async fn handshakes(&self, gateway: &Child, report: &mut Report) -> Result<()> {
        if !self.arguments.wants("handshakes") {
            return Ok(());
        }
        eprintln!("bench: handshakes");
        let groups = [(Server::X25519, kx_group::X25519), (Server::MlKem, kx_group::X25519MLKEM768)];
        let mut rows: Vec<(Server, Vec<Sample>)> =
            groups.iter().map(|(server, _)| (*server, Vec::new())).collect();
        for _ in 0..self.arguments.rounds.max(1) {
            for ((_, group), row) in groups.iter().zip(&mut rows) {
                let client = handshakes::client(self.setup, *group)?;
                let before = gateway.cpu_time()?;
                let mut sample = handshakes::drive(&client, gateway.address, self.length()).await?;
                sample.server_cpu = gateway.cpu_time()?.saturating_sub(before);
                row.1.push(sample);
            }
        }
        let shape = Shape::Handshakes(handshakes::AT_ONCE);
        report.set(Set { name: "handshakes", kind: self.kind, shape, rows });
        Ok(())
    }

    fn length(&self) -> Duration {
        Duration::from_secs(self.arguments.seconds.max(1))
    }
}

fn cpu_time(children: &[&Child]) -> Result<Duration> {
    children.iter().map(|child| child.cpu_time()).sum()
}
