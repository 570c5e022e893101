// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Linux;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>The daemon's options, in the terms of its API server.</summary>
internal static class HostSettings
{
    /// <exception cref="StartException">The group does not exist.</exception>
    public static TracerHostOptions Of(DaemonOptions options) => new()
    {
        SocketPath = options.SocketPath,
        Group = GroupOf(options.SocketGroup),
        ChangeGroup = FileOwnership.ChangeGroup,
        TcpEndPoint = options.Listen,
        Tls = TlsOf(options),
    };

    private static uint? GroupOf(string? name)
    {
        if (name is null)
            return null;
        return GroupDatabase.FindId(name)
            ?? throw new StartException($"--socket-group {name}: no such group", ExitCode.Usage);
    }

    private static TlsFiles? TlsOf(DaemonOptions options) =>
        options is { TlsCertificatePath: { } certificate, TlsKeyPath: { } key, ClientCaPath: { } authority }
            ? new TlsFiles(certificate, key, authority)
            : null;
}
