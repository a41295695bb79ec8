//! Listening, the log, and an end without cutting anybody off.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

/// How long answers under way may take once the end was asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(20);

/// Serves until `end` comes, then finishes what is under way.
///
/// # Errors
/// The listener fails.
pub async fn serve<E>(listener: TcpListener, router: Router, end: E) -> std::io::Result<()>
where
    E: Future<Output = ()> + Send + 'static,
{
    let (told, mut asked) = tokio::sync::watch::channel(false);
    let ending = async move {
        end.await;
        // Nobody waits for it any more only when the server is gone already.
        let _ = told.send(true);
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(ending);
    tokio::select! {
        ended = async { serving.await } => ended,
        () = async {
            // An error means that the sender is gone, which it is only after the end was asked for.
            let _ = asked.wait_for(|is_asked| *is_asked).await;
            tokio::time::sleep(LAST_ANSWERS).await;
        } => {
            tracing::warn!("answers under way were cut off");
            Ok(())
        }
    }
}

/// Comes when the program is asked to end: Ctrl-C, or a service manager's SIGTERM.
pub async fn asked_to_end() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminated() => {}
    }
    tracing::info!("asked to end");
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// The log: one JSON object a line on standard error. Called once.
pub fn start_log() {
    let log = tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_max_level(tracing::Level::INFO);
    // A second call (a test's) leaves the first log in place.
    let _ = log.try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_under_way_is_finished() {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "whole"
        };
        let router = Router::new().route("/", axum::routing::get(slow));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, router, async { ended.await.unwrap() }));
        let asking = tokio::task::spawn_blocking(move || ask(address));
        tokio::time::sleep(Duration::from_millis(100)).await;
        end.send(()).unwrap();
        assert!(asking.await.unwrap().ends_with("whole"));
        server.await.unwrap().unwrap();
    }

    fn ask(address: std::net::SocketAddr) -> String {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }
}
