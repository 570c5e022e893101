// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>CoreCLR: jitted and precompiled methods by name, in code that blocks and in code that awaits, without flags in the target.</summary>
public sealed class DotNetStackTests : KernelTest
{
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task Show(string mode)
    {
        await DotNetProgram.Compile();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => Start(mode, port));
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

    private static LeakingProgram Start(string mode, int port) => LeakingProgram.Start(DotNetProgram.Host, DotNetProgram.Application, mode, $"{port}");
}
