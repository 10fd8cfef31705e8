//! Starting, stopping, and what is there from the beginning.

use super::*;

#[test]
fn wrong_settings_are_said_before_anything_is_served() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let error = |settings: Settings| {
        runtime
            .block_on(Simulator::start(settings))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(Settings {
            speed: f64::NAN,
            ..still()
        }),
        "the speed must be a number from 0"
    );
    assert!(
        error(Settings {
            seed: Some(json!({"cluster": []})),
            ..still()
        })
        .starts_with("seed.cluster: is not known")
    );
    let story = error(Settings {
        story: Some("nobody-knows-it".to_owned()),
        ..still()
    });
    assert!(!story.is_empty());
    assert!(
        error(Settings {
            story: Some("{\"a\":".to_owned()),
            ..still()
        })
        .starts_with("the story is not JSON")
    );
}

#[test]
fn a_simulator_that_is_dropped_no_longer_listens() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let simulator = Simulator::start(still()).await.unwrap();
        let address = simulator.address();
        assert!(
            simulator
                .environment()
                .contains(&("AWS_ENDPOINT_URL".to_owned(), format!("http://{address}")))
        );
        drop(simulator);
        tokio::task::yield_now().await;
        assert!(TcpStream::connect(address).is_err());
    });
}

#[test]
fn a_cluster_and_service_on_demand_are_there_besides_the_default_world() {
    let demand = Some(("shop".to_owned(), "cart".to_owned()));
    with(
        Settings {
            clusters_on_demand: demand,
            ..still()
        },
        async |address| {
            let list = targets(address).await.json()["ScalableTargets"].clone();
            let ids: Vec<_> = list
                .as_array()
                .unwrap()
                .iter()
                .map(|target| target["ResourceId"].clone())
                .collect();
            assert!(
                ids.contains(&json!("service/shop/cart"))
                    && ids.contains(&json!("service/demo/web")),
                "{ids:?}"
            );
        },
    );
}
