// SPDX-License-Identifier: Apache-2.0
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Tracer.Api.Hosting;

/// <summary>TLS in which both sides show a certificate; only what the given authority signed is let in.</summary>
internal sealed class MutualTls
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _chain;
    private readonly X509Certificate2Collection _authorities;

    private MutualTls(X509Certificate2 certificate, X509Certificate2Collection chain, X509Certificate2Collection authorities)
    {
        _certificate = certificate;
        _chain = chain;
        _authorities = authorities;
    }

    /// <summary>Reads the files now: a mistake in them is a start-up error.</summary>
    public static MutualTls Load(TlsFiles files) => new(
        Read(files.CertificatePath, path => X509Certificate2.CreateFromPemFile(path, files.KeyPath)),
        Read(files.CertificatePath, ReadAll),
        Read(files.ClientCaPath, ReadAll));

    public HttpsConnectionAdapterOptions ForServer() => new()
    {
        ServerCertificate = _certificate,
        ServerCertificateChain = _chain,
        SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateMode = ClientCertificateMode.RequireCertificate,
        ClientCertificateValidation = (client, sent, _) => IsSignedBy(_authorities, client, sent?.ChainPolicy.ExtraStore),
    };

    private static X509Certificate2Collection ReadAll(string path)
    {
        X509Certificate2Collection certificates = [];
        certificates.ImportFromPemFile(path);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("there is no certificate in it");
    }

    private static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TracerHostException($"cannot use {path} for TLS: {exception.Message}", exception);
        }
    }

    // The system's authorities do not count: a certificate from any of them would open the door otherwise.
    private static bool IsSignedBy(
        X509Certificate2Collection authorities, X509Certificate2 client, X509Certificate2Collection? intermediates)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (intermediates is not null)
            chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        return chain.Build(client);
    }
}
