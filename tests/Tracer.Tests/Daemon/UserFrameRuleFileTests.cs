// SPDX-License-Identifier: Apache-2.0
using Tracer.Daemon;
using Tracer.Output;
using Tracer.Stacks;
using Tracer.Stacks.Merging;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Daemon;

public sealed class UserFrameRuleFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rules_of_a_file_come_after_the_built_in_ones()
    {
        var frame = new ResolvedFrame("com.acme.pool.Pool.open", "", 0, 0, "", "", 0, FrameKind.Java);
        Assert.Equal(FrameRole.Own, UserFrameRuleFile.Read(null).RoleOf(frame));
        UserFrameRules rules = UserFrameRuleFile.Read(_folder.Write("rules", "# pools\n-com.acme.pool. java\n"));
        Assert.Equal(FrameRole.Library, rules.RoleOf(frame));
        Assert.Equal(FrameRole.Library, rules.RoleOf(frame with { Function = "java.net.Socket.connect" }));
    }

    [Fact]
    public void A_file_that_is_wrong_is_named_with_its_line()
    {
        string path = _folder.Write("rules", "-ok\n?bad\n");
        StartException failure = Assert.Throws<StartException>(() => UserFrameRuleFile.Read(path));
        Assert.Equal(($"--user-frame-rules {path}: line 2 does not begin with +, ~ or -", ExitCode.Usage), (failure.Message, failure.ExitCode));
        Assert.Throws<StartException>(() => UserFrameRuleFile.Read(_folder.PathOf("none")));
        Assert.Throws<StartException>(() => UserFrameRuleFile.Read(_folder.Write("large", new string('#', 2 << 20))));
    }
}
