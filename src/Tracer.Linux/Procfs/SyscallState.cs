// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Linux.Procfs;

/// <summary>One reading of /proc/PID/task/TID/syscall: equal readings are of the same wait, or of two that look alike.</summary>
/// <param name="Activity">Says which of the others are known: both pointers unless it runs, the rest in a system call only.</param>
/// <param name="Number">The kernel's number, of the architecture of the program.</param>
/// <param name="First">First argument.</param>
/// <param name="Second">Second argument.</param>
/// <param name="Third">Third argument.</param>
/// <param name="StackPointer">Of the user stack.</param>
/// <param name="InstructionPointer">Where it goes on.</param>
public readonly record struct SyscallState(
    ThreadActivity Activity, int Number, ulong First, ulong Second, ulong Third, ulong StackPointer, ulong InstructionPointer)
{
    private const ulong Below32Bits = 1ul << 32;
    private const int ArgumentCount = 6;

    /// <summary>A 32-bit program: it has other system calls, and other stacks. A 64-bit one has its stack far above.</summary>
    public bool IsCompat => Activity is ThreadActivity.Waiting or ThreadActivity.InSyscall && StackPointer is not 0 and < Below32Bits;

    // "running", "-1 0xSP 0xPC" or "NR 0xARG {6} 0xSP 0xPC"
    internal static SyscallState Parse(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)'\n');
        if (text.SequenceEqual("running"u8))
            return new SyscallState { Activity = ThreadActivity.Running };
        Span<ulong> numbers = stackalloc ulong[ArgumentCount + 2];
        int space = text.IndexOf((byte)' ');
        if (space < 0 || !int.TryParse(text[..space], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            return default;
        int count = ReadHex(text[(space + 1)..], numbers);
        if (number < 0 && count == 2)
            return new SyscallState(ThreadActivity.Waiting, 0, 0, 0, 0, numbers[0], numbers[1]);
        return number >= 0 && count == numbers.Length
            ? new SyscallState(ThreadActivity.InSyscall, number, numbers[0], numbers[1], numbers[2], numbers[^2], numbers[^1])
            : default;
    }

    /// <returns>How many there are; -1 when one is no number, or there are too many.</returns>
    private static int ReadHex(ReadOnlySpan<byte> text, Span<ulong> numbers)
    {
        int count = 0;
        foreach (Range range in text.Split((byte)' '))
        {
            ReadOnlySpan<byte> word = text[range];
            if (count == numbers.Length || !word.StartsWith("0x"u8)
                || !ulong.TryParse(word[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out numbers[count]))
                return -1;
            count++;
        }

        return count;
    }
}
