// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>What a thread did at a moment. Texts are sanitized; empty means not known, or none.</summary>
public sealed record ThreadFacts(uint Pid, uint Tid, string Comm)
{
    /// <summary>"running", "sleeping", "disk sleep", "stopped", "traced", "zombie", "idle".</summary>
    public string State { get; init; } = "";

    /// <summary>Name of the system call it is in.</summary>
    public string Syscall { get; init; } = "";

    /// <summary>The descriptor that the system call is about; null: it has none.</summary>
    public uint? SyscallFd { get; init; }

    /// <summary>What that descriptor is: a TCP connection, "eventpoll", "pipe", a path.</summary>
    public string SyscallTarget { get; init; } = "";

    /// <summary>Kernel function it waits in.</summary>
    public string WaitChannel { get; init; } = "";

    /// <summary>Innermost first.</summary>
    public IReadOnlyList<StackFrame> Frames { get; init; } = [];

    /// <summary>Index of the line to show; null when no frame is the program's own.</summary>
    public int? UserFrame { get; init; }

    public TcpStackEnd End { get; init; }

    /// <summary>Why there is no stack, or not all of it.</summary>
    public string Limitation { get; init; } = "";
}
