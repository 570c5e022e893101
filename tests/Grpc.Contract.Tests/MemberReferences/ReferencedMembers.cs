// SPDX-License-Identifier: Apache-2.0
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Grpc.Contract.Tests.MemberReferences;

/// <summary>Reads which types and members of other assemblies an assembly refers to.</summary>
public static class ReferencedMembers
{
    public static SortedSet<string> In(string path, IReadOnlySet<string> ofAssemblies)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            if (ofAssemblies.Contains(AssemblyOf(metadata, handle)))
                found.Add(SignatureText.NameOf(metadata, handle));
        }

        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (TypeOf(metadata, member.Parent) is { } type && ofAssemblies.Contains(AssemblyOf(metadata, type)))
                found.Add(Describe(metadata, SignatureText.NameOf(metadata, type), member));
        }

        return found;
    }

    private static string Describe(MetadataReader metadata, string type, MemberReference member)
    {
        var text = new SignatureText();
        string name = metadata.GetString(member.Name);
        return member.GetKind() == MemberReferenceKind.Method
            ? SignatureText.Method(type, name, member.DecodeMethodSignature(text, null))
            : SignatureText.Field(type, name, member.DecodeFieldSignature(text, null));
    }

    private static string AssemblyOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        EntityHandle scope = metadata.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => AssemblyOf(metadata, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => "",
        };
    }

    /// <summary>The type a member belongs to; of an instantiated type, the generic one. Null: not a type of another assembly.</summary>
    private static TypeReferenceHandle? TypeOf(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference)
            return (TypeReferenceHandle)parent;
        if (parent.Kind != HandleKind.TypeSpecification)
            return null;
        BlobReader signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return null;
        signature.ReadSignatureTypeCode();
        EntityHandle generic = signature.ReadTypeHandle();
        return generic.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)generic : null;
    }
}
