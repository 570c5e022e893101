// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>Opens a gRPC channel over the unix socket or over TCP.</summary>
internal static class DaemonChannel
{
    private const int LargestMessage = 64 << 20;

    public static GrpcChannel Create(DaemonAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        };
        if (address.Remote is null)
            handler.ConnectCallback = (_, cancellation) => ConnectUnixAsync(address.SocketPath, cancellation);
        if (address.Tls is not null)
            handler.SslOptions = TlsOptions(address.Tls);
        string scheme = address.Tls is null ? "http" : "https";
        // The host of a unix socket's URI is not resolved; it is only the HTTP authority.
        string uri = address.Remote is { } remote ? $"{scheme}://{remote}" : "http://localhost";
        return GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestMessage,
        });
    }

    private static async ValueTask<Stream> ConnectUnixAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(TlsFiles files)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        Load("--tls-ca", files.CaPath, () => policy.CustomTrustStore.ImportFromPemFile(files.CaPath));
        if (policy.CustomTrustStore.Count == 0)
            throw CommandException.Usage($"--tls-ca: '{files.CaPath}' holds no certificate");
        var options = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        if (files.CertificatePath is { } certificate)
        {
            Load("--tls-cert", certificate, () =>
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, files.KeyPath)]);
        }
        return options;
    }

    private static void Load(string flag, string path, Action load)
    {
        try
        {
            load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw CommandException.Usage($"{flag}: '{path}' cannot be used: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
