// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Client;

/// <summary>Mutual TLS with an authority of the test's own.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _authority = MakeAuthority("right");
    private readonly X509Certificate2 _stranger = MakeAuthority("wrong");
    private readonly X509Certificate2 _server;

    public TlsTests()
    {
        _server = Issue(_authority, "localhost");
        _folder.Write("ca.pem", _authority.ExportCertificatePem());
        _folder.Write("wrong-ca.pem", _stranger.ExportCertificatePem());
        WriteClient("client", _authority);
        WriteClient("wrong", _stranger);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
        _stranger.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_client_with_a_certificate_is_let_in()
    {
        await using FakeHost host = await StartAsync();
        CommandRun run = await ListAsync(host, "ca.pem", "client");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("apache2(812,fd=14)", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong-ca.pem", "client")]
    [InlineData("ca.pem", "wrong")]
    [InlineData("ca.pem", null)]
    public async Task A_stranger_on_either_side_is_refused_in_one_line(string ca, string? client)
    {
        await using FakeHost host = await StartAsync();
        CommandRun run = await ListAsync(host, ca, client);
        Assert.StartsWith($"closewait: localhost:{host.Port}: no TLS connection: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Equal((ExitCode.CannotConnect, ""), (run.ExitCode, run.Out));
    }

    [Theory]
    [InlineData("absent.pem", "client.pem", "--tls-ca")]
    [InlineData("client.key", "client.pem", "--tls-ca")]
    [InlineData("ca.pem", "absent.pem", "--tls-cert")]
    [InlineData("ca.pem", "ca.pem", "--tls-cert")]
    public async Task A_file_that_cannot_be_used_is_named(string ca, string certificate, string flag)
    {
        await using FakeHost host = await StartAsync();
        CommandRun run = await CommandRun.StartAsync(
            "list", "--address", $"localhost:{host.Port}", "--tls-ca", _folder.PathOf(ca), "--tls-cert", _folder.PathOf(certificate), "--tls-key", _folder.PathOf("client.key"));
        Assert.StartsWith($"closewait: {flag}: '{_folder.PathOf(flag == "--tls-ca" ? ca : certificate)}' ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
    }

    private Task<CommandRun> ListAsync(FakeHost host, string ca, string? client)
    {
        string[] arguments = ["list", "--address", $"localhost:{host.Port}", "--tls-ca", _folder.PathOf(ca)];
        return CommandRun.StartAsync(client is null
            ? arguments
            : [.. arguments, "--tls-cert", _folder.PathOf(client + ".pem"), "--tls-key", _folder.PathOf(client + ".key")]);
    }

    private Task<FakeHost> StartAsync() => FakeHost.StartTcpAsync(
        new FakeService { Sockets = [Samples.PooledConnection()] },
        new HttpsConnectionAdapterOptions
        {
            ServerCertificate = _server,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, _, _) => certificate.Issuer == _authority.Subject,
        });

    private void WriteClient(string name, X509Certificate2 authority)
    {
        using X509Certificate2 certificate = Issue(authority, name);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        _folder.Write(name + ".pem", certificate.ExportCertificatePem());
        _folder.Write(name + ".key", key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        using X509Certificate2 issued = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), serial);
        return issued.CopyWithPrivateKey(key);
    }
}
