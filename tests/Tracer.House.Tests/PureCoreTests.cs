// SPDX-License-Identifier: Apache-2.0
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tracer.House.Tests;

/// <summary>What decides verdicts cannot read a file, a socket, a clock or an environment: checked in what the compiler made of it.</summary>
public sealed class PureCoreTests
{
    private static readonly string[] ForbiddenNamespaces =
        ["System.IO", "System.Net", "System.Console", "System.Threading.Tasks", "System.Diagnostics.Process", "Microsoft"];

    private static readonly string[] ForbiddenTypes =
    [
        "System.Console", "System.Environment", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.Threading.Thread",
        "System.Threading.Timer", "System.Runtime.InteropServices.NativeLibrary", "System.Runtime.InteropServices.DllImportAttribute", "System.Random",
    ];

    // Values without any reach.
    private static readonly string[] HarmlessTypes = ["System.Net.IPAddress", "System.Net.Sockets.AddressFamily"];

    private static readonly string[] ForbiddenMembers = ["get_Now", "get_UtcNow", "get_TickCount", "get_TickCount64"];

    [Theory]
    [InlineData("Tracer.Attribution")]
    [InlineData("Tracer.Wire")]
    public void Decoding_and_attribution_refer_to_nothing_that_does_input_or_output(string project)
    {
        string path = Repository.PathOf($"artifacts/bin/{project}/release/{project}.dll");
        Assert.SkipUnless(File.Exists(path), $"{project} is not built: run ./build.sh");
        using PEReader image = new(File.OpenRead(path));
        MetadataReader metadata = image.GetMetadataReader();
        Repository.AssertNone(ForbiddenIn(metadata), $"{project} refers to what can do I/O or read a clock");
    }

    [Fact]
    public void A_reference_to_a_file_is_noticed()
    {
        using PEReader image = new(File.OpenRead(typeof(Repository).Assembly.Location));
        Assert.Contains("System.IO.File", ForbiddenIn(image.GetMetadataReader()));
    }

    private static IEnumerable<string> ForbiddenIn(MetadataReader metadata)
    {
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            TypeReference type = metadata.GetTypeReference(handle);
            string space = metadata.GetString(type.Namespace);
            string name = $"{space}.{metadata.GetString(type.Name)}";
            if (HarmlessTypes.Contains(name))
                continue;
            if (ForbiddenTypes.Contains(name) || ForbiddenNamespaces.Any(root => space == root || space.StartsWith(root + ".", StringComparison.Ordinal)))
                yield return name;
        }
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            string name = metadata.GetString(metadata.GetMemberReference(handle).Name);
            if (ForbiddenMembers.Contains(name))
                yield return name;
        }
        foreach (AssemblyReferenceHandle handle in metadata.AssemblyReferences)
        {
            string name = metadata.GetString(metadata.GetAssemblyReference(handle).Name);
            if (!name.StartsWith("System.", StringComparison.Ordinal) && name != "Tracer.Wire")
                yield return name;
        }
    }
}
