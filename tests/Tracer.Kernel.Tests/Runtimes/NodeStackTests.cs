// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Node.js.</summary>
public sealed class NodeStackTests : KernelTest
{
    private static readonly string Script = Path.Combine(Repository.Sources, "Targets", "runtimes", "leaking.js");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Show(bool isMapped)
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => Start(isMapped, port));
        for (int i = 0; i < 3; i++)
        {
            SocketRecord socket = await scene.Leak();
            Console.WriteLine($"#{i} {socket.LastRead?.Result}\n" + StackLines.Describe(socket));
            if (i == 2)
            {
                SocketRecord ended = await scene.Close(socket.Cookie);
                Console.WriteLine("CLOSED\n" + StackLines.Describe(ended));
            }
        }
    }

    private static LeakingProgram Start(bool isMapped, int port) =>
        LeakingProgram.Start("/usr/bin/node", [.. isMapped ? ["--perf-basic-prof", "--interpreted-frames-native-stack"] : Array.Empty<string>(), Script, $"{port}"]);
}
