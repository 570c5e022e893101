// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Tracer.Api.Standard;

namespace Tracer.Api;

/// <summary>Where the API is served and to whom.</summary>
public sealed record TracerHostOptions
{
    /// <summary>Where clients look for the daemon.</summary>
    public const string DefaultSocketPath = "/run/closewait/closewait.sock";

    /// <summary>Null: no unix socket. Its directory is made when it is missing.</summary>
    public string? SocketPath { get; init; } = DefaultSocketPath;

    /// <summary>Members of this group may use the socket besides root and the daemon's own user.</summary>
    public uint? Group { get; init; }

    /// <summary>Gives the file to the group, as chown(path, -1, gid) does. Needed with <see cref="Group"/>; called before anybody can reach the file.</summary>
    public Action<string, uint>? ChangeGroup { get; init; }

    /// <summary>Null: no TCP. Off loopback only with <see cref="Tls"/>.</summary>
    public IPEndPoint? TcpEndPoint { get; init; }

    /// <summary>Null: TCP is plaintext and open to every local user.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Streams open at once, of all clients.</summary>
    public int MaxStreams { get; init; } = 256;

    /// <summary>What grpc.health.v1 answers: serving from start to stop, unless the daemon says otherwise.</summary>
    public HealthState Health { get; init; } = new();
}
