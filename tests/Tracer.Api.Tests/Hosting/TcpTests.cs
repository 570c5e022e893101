// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloseWait.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Tracer.Api.Tests.Given;
using Xunit;

namespace Tracer.Api.Tests.Hosting;

public sealed class TcpTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("closewait-tls-").FullName;
    private readonly TestAuthority _serverAuthority = new("servers");
    private readonly TestAuthority _clientAuthority = new("clients");

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _serverAuthority.Dispose();
        _clientAuthority.Dispose();
    }

    [Fact]
    public async Task Loopback_is_served_in_plaintext_when_asked_for()
    {
        await using WebApplication app = await StartAsync(tls: null);
        using GrpcChannel channel = GrpcChannel.ForAddress("http://" + Authority(app));
        GetStatusResponse status = await new CloseWait.V1.TracerService.TracerServiceClient(channel)
            .GetStatusAsync(new GetStatusRequest(), cancellationToken: Deadline.Token());
        Assert.Equal(4711u, status.Pid);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    public void Beyond_loopback_nothing_is_served_without_mutual_tls(string address)
    {
        IPEndPoint endPoint = new(IPAddress.Parse(address), 0);
        string socketPath = Path.Combine(_directory, "api.sock");
        TracerHostOptions options = new() { SocketPath = socketPath, TcpEndPoint = endPoint };

        TracerHostException refusal = Assert.Throws<TracerHostException>(() => TracerHost.Build(options, new EventHub(), new FakeFacts()));

        Assert.Equal($"listening on {endPoint} needs mutual TLS: a certificate, its key and the authority of the clients", refusal.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public void A_port_in_use_is_one_clear_line_and_leaves_no_socket_file()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        TracerHostOptions options = new() { SocketPath = Path.Combine(_directory, "api.sock"), TcpEndPoint = (IPEndPoint)taken.LocalEndPoint! };

        TracerHostException refusal = Assert.Throws<TracerHostException>(() => TracerHost.Build(options, new EventHub(), new FakeFacts()));

        Assert.StartsWith($"cannot listen on {taken.LocalEndPoint}: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_client_with_a_certificate_of_the_authority_is_served()
    {
        await using WebApplication app = await StartAsync(WriteFiles());
        using X509Certificate2 certificate = _clientAuthority.Issue(isServer: false);
        Assert.Equal(4711u, (await CallAsync(app, certificate)).Pid);
    }

    [Fact]
    public async Task Every_other_client_is_turned_away()
    {
        await using WebApplication app = await StartAsync(WriteFiles());
        using TestAuthority stranger = new("clients"); // the same name, another key
        using X509Certificate2 foreign = stranger.Issue(isServer: false);
        using X509Certificate2 wrongUse = _clientAuthority.Issue(isServer: true);
        using X509Certificate2 expired = _clientAuthority.Issue(isServer: false, daysFromNow: 0);
        using X509Certificate2 serversOwn = _serverAuthority.Issue(isServer: false);
        foreach (X509Certificate2? certificate in (X509Certificate2?[])[null, foreign, wrongUse, expired, serversOwn])
        {
            RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => CallAsync(app, certificate));
            Assert.True(refusal.StatusCode is StatusCode.Unavailable or StatusCode.Internal, refusal.ToString());
        }
        using GrpcChannel plaintext = GrpcChannel.ForAddress("http://" + Authority(app));
        await Assert.ThrowsAsync<RpcException>(() => new CloseWait.V1.TracerService.TracerServiceClient(plaintext)
            .GetStatusAsync(new GetStatusRequest(), cancellationToken: Deadline.Token()).ResponseAsync);
        using X509Certificate2 good = _clientAuthority.Issue(isServer: false);
        Assert.Equal(4711u, (await CallAsync(app, good)).Pid);
    }

    [Fact]
    public void Unusable_files_are_one_clear_line_that_names_the_file()
    {
        TlsFiles good = WriteFiles();
        string garbage = Path.Combine(_directory, "garbage.pem");
        File.WriteAllText(garbage, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        string missing = Path.Combine(_directory, "missing.pem");
        string otherKey = Path.Combine(_directory, "other.key");
        using (ECDsa key = ECDsa.Create())
            File.WriteAllText(otherKey, key.ExportPkcs8PrivateKeyPem());
        (TlsFiles Files, string Name)[] cases =
        [
            (good with { CertificatePath = garbage }, garbage),
            (good with { CertificatePath = missing }, missing),
            (good with { KeyPath = missing }, missing),
            (good with { KeyPath = otherKey }, good.CertificatePath),
            (good with { ClientCaPath = garbage }, garbage),
            (good with { ClientCaPath = good.KeyPath }, good.KeyPath),
        ];
        foreach ((TlsFiles files, string name) in cases)
        {
            TracerHostException refusal = Assert.Throws<TracerHostException>(() => Build(files));
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refusal.Message);
        }
    }

    private static string Authority(WebApplication app) => new Uri(app.Urls.Single()).Authority;

    private static WebApplication Build(TlsFiles? tls)
    {
        TracerHostOptions options = new() { SocketPath = null, TcpEndPoint = new IPEndPoint(IPAddress.Loopback, 0), Tls = tls };
        return TracerHost.Build(options, new EventHub(), new FakeFacts());
    }

    private static async Task<WebApplication> StartAsync(TlsFiles? tls)
    {
        WebApplication app = Build(tls);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private TlsFiles WriteFiles()
    {
        using X509Certificate2 server = _serverAuthority.Issue(isServer: true);
        using ECDsa key = server.GetECDsaPrivateKey()!;
        TlsFiles files = new(Path.Combine(_directory, "server.pem"), Path.Combine(_directory, "server.key"), Path.Combine(_directory, "ca.pem"));
        File.WriteAllText(files.CertificatePath, server.ExportCertificatePem());
        File.WriteAllText(files.KeyPath, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.ClientCaPath, _clientAuthority.RootPem);
        return files;
    }

    private async Task<GetStatusResponse> CallAsync(WebApplication app, X509Certificate2? certificate)
    {
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = certificate is null ? [] : [certificate],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _serverAuthority.Root },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        using GrpcChannel channel = GrpcChannel.ForAddress(
            "https://" + Authority(app), new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        return await new CloseWait.V1.TracerService.TracerServiceClient(channel)
            .GetStatusAsync(new GetStatusRequest(), cancellationToken: Deadline.Token());
    }
}
