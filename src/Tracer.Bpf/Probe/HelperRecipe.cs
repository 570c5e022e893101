// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf.Interop;
using static Tracer.Bpf.Interop.BpfInstruction;

namespace Tracer.Bpf.Probe;

/// <summary>
/// A real call of a helper with arguments of the right types, in the kind of program that would make it. A call with
/// wrong arguments would not tell a missing helper from one that is refused in this place.
/// </summary>
internal static class HelperRecipe
{
    private const int R0 = 0, R1 = 1, R2 = 2, R3 = 3, R4 = 4, Frame = 10;
    private const int UserStack = 1 << 8; // BPF_F_USER_STACK
    private const short IteratorFile = 24; // of struct bpf_iter__task_file: meta, task, fd (8 bytes each), file

    /// <summary>Whether the program has a callback, and with it type information.</summary>
    internal static bool NeedsBtf(BpfHelper helper) => helper is BpfHelper.Loop;

    /// <summary>Whether it is called from the iterator over descriptors rather than from the state tracepoint.</summary>
    internal static bool NeedsFile(BpfHelper helper) => helper is BpfHelper.SockFromFile;

    internal static BpfInstruction[] Build(BpfHelper helper) =>
        [.. Arguments(helper), Call((int)helper), Move(R0, 0), Exit(), .. Callback(helper)];

    // r1 is the context of the program; the tracepoint's first argument, the socket, lies at its start.
    private static BpfInstruction[] Arguments(BpfHelper helper) => helper switch
    {
        BpfHelper.GetSocketCookie or BpfHelper.SkcToTcpSock => [Load(R1, R1, 0)],
        BpfHelper.GetStack => [.. Buffer(), Move(R3, 8), Move(R4, UserStack)],
        BpfHelper.ProbeReadUser or BpfHelper.ProbeReadKernel => [.. Buffer(), MoveRegister(R1, R2), Move(R2, 8), Move(R3, 0)],
        BpfHelper.SockFromFile => [Load(R1, R1, IteratorFile), ExitIfZero(R1)],
        BpfHelper.TaskPtRegs => [Call((int)BpfHelper.GetCurrentTaskBtf), MoveRegister(R1, R0)],
        BpfHelper.Loop => [Move(R1, 1), LoadFunction(R2, ProbeBtf.CallbackInstruction - 2), SecondHalf(), Move(R3, 0), Move(R4, 0)],
        _ => [], // takes no argument
    };

    // r2 = address of 8 bytes of stack; cleared, because 5.10 wants even a buffer that bpf_get_stack only fills initialized.
    private static BpfInstruction[] Buffer() => [MoveRegister(R2, Frame), Add(R2, -8), StoreZero(R2, 0)];

    private static BpfInstruction[] Callback(BpfHelper helper) => NeedsBtf(helper) ? [Move(R0, 0), Exit()] : [];

    // if (register == 0) goto the two instructions after the call: r0 = 0; exit
    private static BpfInstruction ExitIfZero(int register) => new(0x15, register, 0, 1, 0);
}
