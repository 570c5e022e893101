// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Tracer.Linux.Procfs;

/// <summary>The fields of /proc/PID/stat that are used.</summary>
/// <param name="Comm">Name of the main thread; control bytes replaced.</param>
/// <param name="State">State letter, for example 'S' or 'Z'.</param>
/// <param name="ParentPid">Parent in the reader's pid namespace.</param>
/// <param name="ThreadCount">Number of threads.</param>
/// <param name="StartTicks">Start since boot in <see cref="TicksPerSecond"/> ticks, rounded down.</param>
/// <param name="StartCode">Lowest code address; 0 or 1 without permission. With <paramref name="StartStack"/> it changes at exec.</param>
/// <param name="StartStack">Bottom of the stack; 0 without permission.</param>
public readonly record struct ProcessStat(
    string Comm, char State, uint ParentPid, uint ThreadCount, ulong StartTicks, ulong StartCode, ulong StartStack)
{
    /// <summary>USER_HZ: part of the ABI, 100 on every architecture that .NET runs on, whatever the kernel's HZ.</summary>
    public const ulong TicksPerSecond = 100;

    private const ulong NanosecondsPerTick = 1_000_000_000 / TicksPerSecond;

    // Numbers after the closing parenthesis, counted from 0: "state" is 0.
    private const int ParentField = 1;
    private const int ThreadsField = 17;
    private const int StartField = 19;
    private const int StartCodeField = 23;
    private const int StartStackField = 25;

    /// <summary>Start since boot, rounded down to 10 ms.</summary>
    public ulong StartBoottimeNs => StartTicks * NanosecondsPerTick;

    /// <summary>The main thread has ended; other threads may still run.</summary>
    public bool IsZombie => State is 'Z' or 'X';

    /// <summary>Which tick a start time of the kernel's own resolution lies in. The kernel truncates too, so this is exact.</summary>
    public static ulong TicksOf(ulong startBoottimeNs) => startBoottimeNs / NanosecondsPerTick;

    /// <summary>True when a start time of the kernel's own resolution lies in this process's tick.</summary>
    public bool HasStarted(ulong startBoottimeNs) => TicksOf(startBoottimeNs) == StartTicks;

    internal static bool TryParse(ReadOnlySpan<byte> text, out ProcessStat stat)
    {
        stat = default;
        // The name is the only field that is not a number, and may hold spaces, newlines and parentheses: the last ')' ends it.
        int open = text.IndexOf((byte)'(');
        int close = text.LastIndexOf((byte)')');
        if (open < 0 || close < open || close + 2 >= text.Length)
            return false;

        string comm = ControlText.Sanitize(text[(open + 1)..close]);
        ReadOnlySpan<byte> fields = text[(close + 2)..];
        char state = (char)fields[0];
        if (!TryField(fields, ParentField, out ulong parent) || !TryField(fields, ThreadsField, out ulong threads)
            || !TryField(fields, StartField, out ulong start) || parent > uint.MaxValue || threads > uint.MaxValue)
            return false;

        // Cut off in a recorded or hooked procfs: the identity still stands.
        if (!TryField(fields, StartCodeField, out ulong code) || !TryField(fields, StartStackField, out ulong stack))
            (code, stack) = (0, 0);
        stat = new ProcessStat(comm, state, (uint)parent, (uint)threads, start, code, stack);
        return true;
    }

    private static bool TryField(ReadOnlySpan<byte> fields, int index, out ulong value)
    {
        for (; index > 0; index--)
        {
            int space = fields.IndexOf((byte)' ');
            if (space < 0)
            {
                value = 0;
                return false;
            }

            fields = fields[(space + 1)..];
        }

        // The number must be whole: one that ends with the text may have been cut.
        return Utf8Parser.TryParse(fields, out value, out int used) && used < fields.Length;
    }
}
