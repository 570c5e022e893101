// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// The diagnostic port of a .NET process: one request per connection (dotnet/diagnostics, documentation/design-docs/ipc-protocol.md).
/// </summary>
internal sealed class DiagnosticPort(TargetProcess process, string folder, ulong startTicks)
{
    private const byte EventPipeCommands = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing2 = 3;
    private const byte ProcessCommands = 4;
    private const byte EnablePerfMap = 5;
    private const byte DisablePerfMap = 6;
    private const uint JitDumpType = 2;

    /// <summary>Switches the jit dump on; the runtime answers after it wrote everything that is compiled.</summary>
    internal PortAnswer EnableJitDump(TimeSpan limit)
    {
        var type = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(type, JitDumpType);
        return Ask(ProcessCommands, EnablePerfMap, type, limit);
    }

    internal PortAnswer DisableJitDump(TimeSpan limit) => Ask(ProcessCommands, DisablePerfMap, [], limit);

    /// <summary>Begins a trace; the session's events follow on the connection that is returned, if it was done.</summary>
    internal PortAnswer StartTrace(ReadOnlySpan<byte> configuration, TimeSpan limit, out ulong session, out DiagnosticConnection? connection)
    {
        session = 0;
        byte[] payload = [];
        connection = Connect(limit);
        PortAnswer answer = connection is not null && connection.Send(EventPipeCommands, CollectTracing2, configuration)
            ? connection.ReceiveAnswer(out payload)
            : PortAnswer.None;
        if (answer == PortAnswer.Done && payload.Length >= sizeof(ulong))
        {
            session = BinaryPrimitives.ReadUInt64LittleEndian(payload);
            return PortAnswer.Done;
        }

        connection?.Dispose();
        connection = null;
        return answer == PortAnswer.Refused ? PortAnswer.Refused : PortAnswer.None;
    }

    /// <summary>Asks to end a trace. The answer comes after the session's last events, so it is not waited for; keep the connection until those are read.</summary>
    internal DiagnosticConnection? StopTrace(ulong session, TimeSpan limit)
    {
        var id = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(id, session);
        DiagnosticConnection? connection = Connect(limit);
        if (connection is null || connection.Send(EventPipeCommands, StopTracing, id))
            return connection;
        connection.Dispose();
        return null;
    }

    /// <summary>True when the process has a port.</summary>
    internal bool Exists()
    {
        using TargetSocket? socket = Open();
        return socket is not null;
    }

    private PortAnswer Ask(byte commandSet, byte command, ReadOnlySpan<byte> payload, TimeSpan limit)
    {
        using DiagnosticConnection? connection = Connect(limit);
        return connection is not null && connection.Send(commandSet, command, payload) ? connection.ReceiveAnswer(out _) : PortAnswer.None;
    }

    private DiagnosticConnection? Connect(TimeSpan limit)
    {
        using TargetSocket? socket = Open();
        return socket?.Connect(process.Pid) is { } connected ? new DiagnosticConnection(connected, limit) : null;
    }

    private TargetSocket? Open()
    {
        if (process.EffectiveUid is not { } uid || TargetFolder.Open(process.Root, process.Pid, folder, out TargetFolder? opened) != ProcfsStatus.Ok)
            return null;
        using (opened)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{process.NamespacePid}-{startTicks}-socket");
            return opened!.OpenSocket(name, uid, out TargetSocket? socket) == ProcfsStatus.Ok ? socket : null;
        }
    }
}
