// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Net;
using Tracer.Client;
using Tracer.Daemon;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Where the daemon serves gRPC.</summary>
internal sealed class ListenOptions
{
    private readonly Option<string> _socket = new("--socket") { HelpName = "PATH", Description = $"Unix socket to serve on [default: {DaemonOptions.DefaultSocketPath}]" };
    private readonly Option<string> _socketGroup = new("--socket-group") { HelpName = "GROUP", Description = "Group whose members may connect besides root" };
    private readonly Option<string> _listen = new("--listen") { HelpName = "ADDRESS:PORT", Description = "Serve on TCP too; beyond loopback with mutual TLS only" };
    private readonly Option<string> _tlsCert = new("--tls-cert") { HelpName = "FILE", Description = "Certificate of the TCP listener (PEM)" };
    private readonly Option<string> _tlsKey = new("--tls-key") { HelpName = "FILE", Description = "Key of that certificate (PEM)" };
    private readonly Option<string> _clientCa = new("--client-ca") { HelpName = "FILE", Description = "Authority that signed the certificates of clients (PEM)" };

    public ListenOptions(Command command)
    {
        foreach (Option option in (Option[])[_socket, _socketGroup, _listen, _tlsCert, _tlsKey, _clientCa])
            command.Add(option);
    }

    public DaemonOptions Apply(DaemonOptions options, OptionReader reader)
    {
        OptionValue? listen = reader.Single(_listen);
        IPEndPoint? endpoint = listen is { } value ? ParseEndpoint(value) : null;
        string?[] tls = [reader.Text(_tlsCert), reader.Text(_tlsKey), reader.Text(_clientCa)];
        int tlsCount = tls.Count(path => path is not null);
        if (tlsCount is 1 or 2)
            throw CommandException.Usage("--tls-cert, --tls-key and --client-ca belong together: one of them is missing");
        if (tlsCount > 0 && endpoint is null)
            throw CommandException.Usage("--tls-cert: only a TCP listener has TLS; give --listen too");
        if (tlsCount == 0 && endpoint is not null && !IPAddress.IsLoopback(endpoint.Address))
            throw listen!.Value.Bad("is not loopback: give --tls-cert, --tls-key and --client-ca");
        return options with
        {
            SocketPath = Path.GetFullPath(reader.Text(_socket) ?? options.SocketPath),
            SocketGroup = reader.Text(_socketGroup),
            Listen = endpoint,
            TlsCertificatePath = tls[0],
            TlsKeyPath = tls[1],
            ClientCaPath = tls[2],
        };
    }

    private static IPEndPoint ParseEndpoint(OptionValue value)
    {
        if (HostPort.TryParse(value.Text) is not { } listen)
            throw value.Bad("is not ADDRESS:PORT");
        IPAddress? address = listen.Host == "localhost" ? IPAddress.Loopback : ValueParser.ParseAddress(listen.Host);
        return address is null ? throw value.Bad("needs an address of this host, not a name") : new IPEndPoint(address, listen.Port);
    }
}
