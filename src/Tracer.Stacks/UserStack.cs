// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>A stack as the kernel side walked it.</summary>
/// <param name="Pid">In our pid namespace.</param>
/// <param name="StartBoottimeNs">Start of the process: with the pid, its identity.</param>
/// <param name="Addresses">Of the machine stack, innermost first.</param>
/// <param name="Interpreter">An interpreter's own frames, newest first.</param>
/// <param name="IsComplete">The last address is in the outermost function of the thread.</param>
public readonly record struct UserStack(
    uint Pid, ulong StartBoottimeNs, ReadOnlyMemory<ulong> Addresses, ReadOnlyMemory<InterpreterFrame> Interpreter, bool IsComplete);
