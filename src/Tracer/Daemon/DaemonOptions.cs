// SPDX-License-Identifier: Apache-2.0
using System.Net;
using CloseWait.V1;
using Tracer.Scenes;

namespace Tracer.Daemon;

/// <summary>What the daemon was asked to do; every value is already checked on its own.</summary>
public sealed record DaemonOptions
{
    public const string DefaultSocketPath = "/run/closewait/closewait.sock";

    public const string DefaultCaptureDirectory = "/var/lib/closewait";

    public string SocketPath { get; init; } = DefaultSocketPath;

    /// <summary>Group that may connect besides root; null: root only.</summary>
    public string? SocketGroup { get; init; }

    /// <summary>TCP listener; null: none. Beyond loopback the three TLS files are set.</summary>
    public IPEndPoint? Listen { get; init; }

    public string? TlsCertificatePath { get; init; }

    public string? TlsKeyPath { get; init; }

    public string? ClientCaPath { get; init; }

    /// <summary>A power of two.</summary>
    public int RingSizeMiB { get; init; } = 16;

    public int MaxSockets { get; init; } = 262_144;

    public TimeSpan ScanPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Stack walks per CPU and second; 0: none.</summary>
    public int StacksPerSecond { get; init; } = 4000;

    /// <summary>Unwind rules of all files together, 8 bytes each.</summary>
    public int UnwindRows { get; init; } = 2_097_152;

    /// <summary>Fact to rung: the ladder of that fact has only this rung.</summary>
    public IReadOnlyDictionary<string, string> ForcedHooks { get; init; } = new Dictionary<string, string>();

    /// <summary>Kernel type information; null: /sys/kernel/btf/vmlinux.</summary>
    public string? BtfPath { get; init; }

    /// <summary>More rules for which frame of a stack is the line to show; null: the built-in ones only.</summary>
    public string? UserFrameRulesPath { get; init; }

    /// <summary>Whose debug information is read for source lines: trusted, all or off.</summary>
    public string SourceLines { get; init; } = "trusted";

    /// <summary>When the scene is saved; empty: never.</summary>
    public IReadOnlyList<SceneCondition> CaptureWhen { get; init; } = [];

    public string CaptureDirectory { get; init; } = DefaultCaptureDirectory;

    /// <summary>Scenes of this host that are kept there.</summary>
    public int CaptureKeep { get; init; } = 16;

    /// <summary>Of one file.</summary>
    public int CaptureMaxMiB { get; init; } = 64;

    /// <summary>Sockets outside are not followed at all; null: all are inside. Only pids, ports, netns, cgroups and families are set.</summary>
    public SocketFilter? Scope { get; init; }

    /// <summary>The daemon belongs to the process at the other end of its standard input, and ends with it.</summary>
    public bool Lifeline { get; init; }

    public bool Verbose { get; init; }
}
