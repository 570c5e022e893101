// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Threads;

/// <summary>User registers of a thread that waits in the kernel.</summary>
/// <param name="InstructionPointer">Where it goes on.</param>
/// <param name="StackPointer">Of the machine stack.</param>
/// <param name="FramePointer">Null: not known.</param>
/// <param name="ThreadPointer">Where its thread-local storage is; null: not known.</param>
public readonly record struct ThreadRegisters(ulong InstructionPointer, ulong StackPointer, ulong? FramePointer, ulong? ThreadPointer);
