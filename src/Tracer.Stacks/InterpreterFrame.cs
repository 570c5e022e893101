// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>One frame of an interpreter's own frame list, as the kernel side copied it at the system call (struct tcp_interpreter_frame).</summary>
/// <param name="Function">Python: the code object. PHP: the zend_function, or of main code the name of its file. Java: the Method.</param>
/// <param name="Position">Python: the instruction pointer, or f_lasti up to 3.10. PHP: the opline. Java: the bytecode pointer.</param>
/// <param name="Detail">PHP: line number in the low half, function type in the high half; of main code also bit 39, and above it the hash of the file's name. Otherwise 0.</param>
public readonly record struct InterpreterFrame(ulong Function, ulong Position, ulong Detail);
