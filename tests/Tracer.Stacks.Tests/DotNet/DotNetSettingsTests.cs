// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Stacks.DotNet;
using Xunit;

namespace Tracer.Stacks.Tests.DotNet;

public sealed class DotNetSettingsTests
{
    [Theory]
    [InlineData("", "/tmp", "", false, false)]
    [InlineData("HOME=/root|TMPDIR=/scratch|X", "/scratch", "", false, false)]
    [InlineData("TMPDIR=relative", "/tmp", "", false, false)]
    [InlineData("DOTNET_EnableDiagnostics=0", "/tmp", "", true, false)]
    [InlineData("COMPlus_EnableDiagnostics=0|DOTNET_EnableDiagnostics_IPC=1", "/tmp", "", true, false)]
    [InlineData("DOTNET_EnableDiagnostics_IPC=0x0", "/tmp", "", true, false)]
    [InlineData("DOTNET_EnableDiagnostics=1|DOTNET_PerfMapEnabled=3", "/tmp", "", false, true)]
    [InlineData("DOTNET_PerfMapEnabled=0|DOTNET_PerfMapJitDumpPath=/dumps", "/tmp", "/dumps", false, false)]
    [InlineData("DOTNET_PerfMapEnabled=|=|TMPDIR=|DOTNET_=1", "/tmp", "", false, false)]
    public void Environment_is_read(string environment, string temp, string dumps, bool isOff, bool writes) =>
        Assert.Equal(new DotNetSettings(temp, dumps, isOff, writes), DotNetSettings.Parse(Encoding.UTF8.GetBytes(environment.Replace('|', '\0'))));
}
