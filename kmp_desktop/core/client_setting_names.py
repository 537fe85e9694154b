"""Settings of the client library that may stand in a connection beside its form (librdkafka 2.x)."""

from __future__ import annotations

KNOWN = frozenset(
    {
        *("api.version.fallback.ms", "api.version.request", "api.version.request.timeout.ms"),
        *("broker.address.family", "broker.address.ttl", "broker.version.fallback", "client.dns.lookup"),
        *(
            "connections.max.idle.ms",
            "debug",
            "enable.sparse.connections",
            "enable.ssl.certificate.verification",
        ),
        *("fetch.error.backoff.ms", "fetch.max.bytes", "fetch.message.max.bytes", "fetch.min.bytes"),
        *("https.ca.location", "https.ca.pem", "max.partition.fetch.bytes", "metadata.max.age.ms"),
        *(
            "metadata.recovery.rebootstrap.trigger.ms",
            "metadata.recovery.strategy",
            "receive.message.max.bytes",
        ),
        *("reconnect.backoff.ms", "retry.backoff.ms", "retry.backoff.max.ms", "sasl.kerberos.keytab"),
        *("sasl.kerberos.kinit.cmd", "sasl.kerberos.min.time.before.relogin", "sasl.kerberos.principal"),
        *("sasl.kerberos.service.name", "sasl.oauthbearer.assertion.algorithm"),
        *("sasl.oauthbearer.assertion.claim.aud", "sasl.oauthbearer.extensions"),
        *("sasl.oauthbearer.grant.type", "sasl.oauthbearer.sub.claim.name", "security.protocol"),
        *("socket.connection.setup.timeout.ms", "socket.keepalive.enable", "socket.max.fails"),
        *("socket.nagle.disable", "socket.receive.buffer.bytes", "socket.send.buffer.bytes"),
        *("ssl.ca.certificate.stores", "ssl.cipher.suites", "ssl.crl.location", "ssl.curves.list"),
        *("ssl.endpoint.identification.algorithm", "ssl.engine.id", "ssl.engine.location", "ssl.providers"),
        *(
            "ssl.sigalgs.list",
            "topic.metadata.refresh.fast.interval.ms",
            "topic.metadata.refresh.interval.ms",
        ),
        "topic.metadata.refresh.sparse",
    }
)
