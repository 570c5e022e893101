// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Client;

/// <summary>Where the daemon listens: a unix socket, or a TCP address when <see cref="Remote"/> is set.</summary>
internal sealed record DaemonAddress(string SocketPath, HostPort? Remote = null, TlsFiles? Tls = null)
{
    public override string ToString() => Remote?.ToString() ?? SocketPath;
}
