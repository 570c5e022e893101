// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// Lists a process's methods by an event session that is ended at once: at its end the runtime tells everything that is compiled. Needs no file, works
/// since .NET Core 3, and disturbs neither other sessions nor a perf map.
/// </summary>
internal sealed class Rundown(DiagnosticPort port)
{
    private const uint BufferMegabytes = 64;
    private const uint NettraceFormat = 1;
    private const byte WithRundown = 1;

    // Loader, Jit, NGen, as in the runtime's ClrEtwAll.man.
    private const ulong Keywords = 0x38;
    private const uint Verbose = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Adds all methods to a table. Refused: also when the session did not come to its end.</summary>
    internal PortAnswer Take(CodeTableBuilder table)
    {
        PortAnswer answer = port.StartTrace(Configuration(), Limit, out ulong session, out DiagnosticConnection? events);
        using (events)
        {
            if (events is null)
                return answer;
            using DiagnosticConnection? stop = port.StopTrace(session, Limit);
            // A session that could not be ended ends with its connection.
            return stop is not null && new NettraceReader(events.ReceiveSome, table).Read() ? PortAnswer.Done : PortAnswer.Refused;
        }
    }

    internal static byte[] Configuration()
    {
        var bytes = new List<byte>();
        Add(bytes, BufferMegabytes);
        Add(bytes, NettraceFormat);
        bytes.Add(WithRundown);
        const uint providers = 1;
        Add(bytes, providers);
        Add(bytes, (uint)Keywords);
        Add(bytes, (uint)(Keywords >> 32));
        Add(bytes, Verbose);
        Add(bytes, NettraceReader.Provider);
        const string noArguments = "";
        Add(bytes, noArguments);
        return [.. bytes];
    }

    private static void Add(List<byte> bytes, string text)
    {
        string terminated = text + "\0";
        Add(bytes, (uint)terminated.Length);
        bytes.AddRange(Encoding.Unicode.GetBytes(terminated));
    }

    private static void Add(List<byte> bytes, uint value)
    {
        Span<byte> four = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        bytes.AddRange(four);
    }
}
