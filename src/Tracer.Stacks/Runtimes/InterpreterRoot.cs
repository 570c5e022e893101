// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Runtimes;

/// <summary>How the kernel side finds the newest frame of the current thread (enum tcp_interpreter_root).</summary>
public enum InterpreterRoot : uint
{
    None = 0,

    /// <summary>A pointer at <see cref="InterpreterLayout.Root"/> in the data of the process: one thread (PHP).</summary>
    Address = 1,

    /// <summary>A pointer at thread pointer + <see cref="InterpreterLayout.Root"/> (pthread_getspecific of glibc; static TLS).</summary>
    ThreadPointer = 2,

    /// <summary>
    /// A list of thread states that begins with the pointer at <see cref="InterpreterLayout.Root"/>; the one whose
    /// <see cref="InterpreterLayout.ThreadIdOffset"/> holds the thread pointer is ours.
    /// </summary>
    ThreadList = 3,

    /// <summary>
    /// No list: frames of the machine stack without unwind rules hold their function at frame pointer + <see cref="InterpreterLayout.Root"/> (V8).
    /// What the function has at <see cref="InterpreterLayout.FunctionOffset"/> is copied, with the index of the frame as detail.
    /// </summary>
    NativeFrames = 4,
}
