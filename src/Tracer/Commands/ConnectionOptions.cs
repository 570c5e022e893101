// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Client;
using Tracer.Daemon;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Where a client command finds the daemon.</summary>
internal sealed class ConnectionOptions
{
    private readonly Option<string> _socket = new("--socket") { HelpName = "PATH", Description = $"Unix socket of the daemon [default: {DaemonOptions.DefaultSocketPath}]" };
    private readonly Option<string> _address = new("--address") { HelpName = "HOST:PORT", Description = "TCP address of the daemon, instead of the unix socket" };
    private readonly Option<string> _tlsCa = new("--tls-ca") { HelpName = "FILE", Description = "Authority that signed the daemon's certificate (PEM)" };
    private readonly Option<string> _tlsCert = new("--tls-cert") { HelpName = "FILE", Description = "Own certificate (PEM)" };
    private readonly Option<string> _tlsKey = new("--tls-key") { HelpName = "FILE", Description = "Key of the own certificate (PEM)" };

    public ConnectionOptions(Command command)
    {
        foreach (Option<string> option in All)
            command.Add(option);
    }

    private Option<string>[] All => [_socket, _address, _tlsCa, _tlsCert, _tlsKey];

    /// <summary>A flag that says where a daemon is; null: none was given.</summary>
    public string? FindGiven(OptionReader reader) => All.FirstOrDefault(option => reader.Single(option) is not null)?.Name;

    public DaemonAddress Read(OptionReader reader)
    {
        string? socket = reader.Text(_socket);
        TlsFiles? tls = ReadTls(reader);
        if (reader.Single(_address) is not { } address)
        {
            return tls is null
                ? new DaemonAddress(socket ?? DaemonOptions.DefaultSocketPath)
                : throw CommandException.Usage("--tls-ca: a unix socket has no TLS; give --address too");
        }
        if (socket is not null)
            throw CommandException.Usage("--socket and --address exclude each other");
        HostPort remote = HostPort.TryParse(address.Text) ?? throw address.Bad("is not HOST:PORT");
        if (tls is null && !remote.IsLoopback)
            throw address.Bad("is not loopback: give --tls-ca, --tls-cert and --tls-key");
        return new DaemonAddress("", remote, tls);
    }

    private TlsFiles? ReadTls(OptionReader reader)
    {
        string? ca = reader.Text(_tlsCa);
        string? certificate = reader.Text(_tlsCert);
        string? key = reader.Text(_tlsKey);
        if ((certificate is null) != (key is null))
            throw CommandException.Usage("--tls-cert and --tls-key belong together: one of them is missing");
        if (ca is null && certificate is not null)
            throw CommandException.Usage("--tls-cert: --tls-ca is missing");
        return ca is null ? null : new TlsFiles(ca, certificate, key);
    }
}
