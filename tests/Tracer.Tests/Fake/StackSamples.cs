// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Tests.Fake;

/// <summary>Sockets that carry ids of stacks, as a daemon answers when the frames are left out.</summary>
internal static class StackSamples
{
    private const string Libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";
    private const string Orders = "/srv/app/orders.py";

    public static Dictionary<ulong, Stack> Stacks() => new()
    {
        [1] = Stack(Python("connect", "/usr/lib/python3.11/socket.py", 833), Python("OrderRepo.begin", Orders, 41), Python("update", Orders, 12)),
        [2] = Stack(Python("OrderRepo.begin", Orders, 44), Python("update", Orders, 12)),
        [3] = Stack(Inlined(), Native("app::serve", "/opt/game/server", 0x88), new Frame { Module = "/opt/game/server", Offset = 0x4455 }, new Frame { Address = 0x7f00dead }),
        [4] = Stack(Native("app::Conn::on_readable", "/opt/game/server", 0x10), Native("app::serve", "/opt/game/server", 0x88)),
    };

    public static List<SocketRecord> Sockets()
    {
        SocketRecord[] python = [.. Enumerable.Range(0, 5).Select(i => Socket("orders", 900 + (uint)(i % 2), "Thread-1", i == 4 ? 2ul : 1))];
        SocketRecord game = Socket("game", 77, "game", 3);
        game.EofRead = Actor(77, "game", 4);
        game.LastRead = Actor(77, "game", 4);
        SocketRecord forgotten = Socket("game", 77, "game", 99);
        return [.. python, game, forgotten, Socket("game", 78, "game", 0), Samples.NeverAccepted(), Samples.Existing()];
    }

    public static SocketRecord Socket(string process, uint pid, string thread, ulong originStack) => new()
    {
        Holders = { new Holder { Pid = pid, Comm = process } },
        Origin = Actor(pid, thread, originStack),
    };

    private static Actor Actor(uint pid, string thread, ulong stack) => new() { Pid = pid, Comm = thread, StackId = stack, Kind = OriginKind.Connect };

    private static Stack Stack(params Frame[] callers) => new() { Frames = { Native("connect", Libc, 0x14), callers } };

    private static Frame Python(string function, string file, uint line) => new() { Function = function, File = file, Line = line, Kind = FrameKind.Python };

    private static Frame Inlined()
    {
        Frame frame = Native("app::pool<int, char>::open", "/opt/game/server", 0x88);
        (frame.IsInlined, frame.File, frame.Line) = (true, "pool.h", 7);
        return frame;
    }

    private static Frame Native(string function, string module, ulong offset) => new()
    {
        Function = function,
        Module = module,
        Offset = offset,
        Address = 0x1000 + offset,
        BuildId = module == Libc ? "c0de" : "abcd",
        Kind = FrameKind.Native,
    };
}
