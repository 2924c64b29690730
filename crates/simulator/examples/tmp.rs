#[tokio::main]
async fn main() {
    let speed = std::env::args().nth(1).unwrap().parse().unwrap();
    let sim = outdial_simulator::Simulator::start(outdial_simulator::Options {
        listen: "127.0.0.1:9791".parse().unwrap(),
        speed,
        ..Default::default()
    })
    .await
    .unwrap();
    eprintln!("{}", sim.url());
    tokio::time::sleep(std::time::Duration::from_secs(3000)).await;
}
