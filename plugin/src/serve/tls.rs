//! Mutual TLS as go-plugin does it: each side makes a certificate for one process, hands it over beforehand, and
//! accepts nothing but the other's. There is no authority and no chain, so there is nothing to validate but equality
//! and possession of the key.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as TlsError, ServerConfig, SignatureScheme,
};

use super::Error;

/// The only protocol spoken; clients since grpc-go 1.67 refuse a server that does not say so.
const ALPN: &[u8] = b"h2";

/// This process towards its one client.
pub(super) struct Identity {
    /// The certificate the client is told to expect.
    pub certificate: CertificateDer<'static>,
    /// Accepts the one client.
    pub acceptor: TlsAcceptor,
}

impl Identity {
    /// Makes a certificate for this process. `client` is the client's own, in PEM.
    pub(super) fn new(client: &str) -> Result<Self, Error> {
        let client = CertificateDer::from_pem_slice(client.as_bytes())
            .map_err(|error| Error::ClientCertificate(error.to_string()))?;
        // The client looks for this name, and P-256 is what every implementation accepts.
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.self_signed(&key)?;
        let certificate = certificate.der().clone();
        // Named, not taken from the process: a provider may link another one for its own connections.
        let crypto = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(crypto.clone())
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(ThisClient { certificate: client, crypto }))
            .with_single_cert(
                vec![certificate.clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self { certificate, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

/// Accepts exactly one certificate, from whoever holds its key. Chain validation would refuse go-plugin's certificates:
/// they are marked as authorities.
#[derive(Debug)]
struct ThisClient {
    certificate: CertificateDer<'static>,
    crypto: Arc<CryptoProvider>,
}

impl ClientCertVerifier for ThisClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(TlsError::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signature, &self.crypto.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signature, &self.crypto.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_certificate_must_be_one() {
        for (pem, error) in [
            ("", "`PLUGIN_CLIENT_CERT` is not a certificate in PEM form: "),
            (
                "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
                "`PLUGIN_CLIENT_CERT` is not a certificate",
            ),
        ] {
            let found = Identity::new(pem).err().unwrap().to_string();
            assert!(found.starts_with(error), "{found}");
        }
    }

    #[test]
    fn p521_is_among_the_schemes_asked_for() {
        let crypto = Arc::new(aws_lc_rs::default_provider());
        let verifier = ThisClient { certificate: CertificateDer::from(vec![1]), crypto };
        assert!(verifier.supported_verify_schemes().contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
        assert!(verifier.client_auth_mandatory());
    }
}
